/** Remembers each cluster's choices on disk and makes the choices of a new one. */

import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../runtime/progress.ts';
import { type ClusterState, freePort, isFree, pickSubnet, usedSubnets } from './layout.ts';
import { withLock } from './lock.ts';
import { type ClusterPaths, clusterPaths, stateDir } from './paths.ts';

export async function readState(paths: ClusterPaths): Promise<ClusterState | undefined> {
  try {
    return JSON.parse(await readFile(paths.state, 'utf8')) as ClusterState;
  } catch {
    return undefined;
  }
}

/** Names of the clusters that have a folder. */
export async function clusterNames(): Promise<string[]> {
  const entries = await readdir(stateDir(), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** Chooses ports and a network no other cluster has; keeps those of `previous` as far as they are still free. */
export function allocate(
  paths: ClusterPaths,
  wanted: Omit<ClusterState, 'subnet' | 'ports'>,
  previous: ClusterState | undefined,
  log: Log,
): Promise<ClusterState> {
  return withLock(join(stateDir(), '.allocate.lock'), log, async () => {
    const names = (await clusterNames()).filter((name) => name !== wanted.name);
    const others = (await Promise.all(names.map((name) => readState(clusterPaths(name))))).filter(
      (s) => s !== undefined,
    );
    const taken = new Set(others.flatMap((other) => Object.values(other.ports)));
    const port = async (old: number | undefined) => {
      const chosen = old !== undefined && !taken.has(old) && (await isFree(old)) ? old : await freePort(taken);
      taken.add(chosen);
      return chosen;
    };
    const routes = await readFile('/proc/net/route', 'utf8');
    const used = new Set([...usedSubnets(routes), ...others.map((other) => other.subnet)]);
    const state: ClusterState = {
      ...wanted,
      subnet: previous?.subnet ?? pickSubnet(used),
      ports: {
        etcd: await port(previous?.ports.etcd),
        peer: await port(previous?.ports.peer),
        apiserver: await port(previous?.ports.apiserver),
      },
    };
    await writeFile(`${paths.state}.part`, `${JSON.stringify(state, null, 2)}\n`);
    await rename(`${paths.state}.part`, paths.state);
    return state;
  });
}
