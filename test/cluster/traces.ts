/** What a cluster could leave on the machine: looked for by its name, since other clusters come and go. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { cgroupMounts } from '../../src/cluster/cgroups.ts';
import { run } from '../../src/cluster/command.ts';
import { networkOf } from '../../src/cluster/layout.ts';
import { clusterPaths, stateDir } from '../../src/cluster/paths.ts';
import { markedPids } from '../../src/cluster/process.ts';

export interface Traces {
  readonly processes: number[];
  readonly files: string[];
  readonly mounts: string[];
  readonly links: string[];
  readonly cgroups: string[];
}

export const NO_TRACES: Traces = { processes: [], files: [], mounts: [], links: [], cgroups: [] };

export function tracesOf(name: string): Traces {
  const paths = clusterPaths(name);
  const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
  const { link } = networkOf({ name, subnet: 0 });
  const beside = existsSync(stateDir()) ? readdirSync(stateDir()) : [];
  return {
    processes: [...new Set([...markedPids(paths), ...commandsWith(paths.dir)])],
    files: beside.filter((entry) => entry === name || entry.startsWith(`.${name}.`)),
    mounts: mountinfo.split('\n').filter((line) => line.includes(paths.dir)),
    links: Object.keys(networkInterfaces()).filter((entry) => entry === link),
    cgroups: cgroupMounts(mountinfo)
      .map((mount) => join(mount, `armature-${name}`))
      .filter(existsSync),
  };
}

/** Rules, routes and network namespaces of the whole machine that no cluster may touch. */
export async function machineWide(): Promise<string> {
  const rules = await run('iptables-save', []).catch(() => 'no iptables');
  const settings = ['vm/overcommit_memory', 'kernel/panic', 'kernel/panic_on_oops', 'net/ipv4/ip_forward'];
  const values = settings.map((setting) => `${setting}=${readFileSync(join('/proc/sys', setting), 'utf8').trim()}`);
  const namespaces = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  return [rules.replaceAll(/^#.*$|\[\d+:\d+\]/gm, ''), ...values, ...namespaces].join('\n');
}

function commandsWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}
