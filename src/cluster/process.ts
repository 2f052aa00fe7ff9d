/**
 * Long-running programs of a cluster. Each is known by `PID START`, so that a number the kernel has given to another
 * program since is never mistaken for ours, and carries the cluster's folder in its environment, so that one started
 * just before a crash is found without any file.
 */

import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterPaths } from './paths.ts';

const MARK = 'ARMATURE_CLUSTER';

/** `PID START` of a live process, START in clock ticks since boot; undefined when there is none (or a zombie). */
export function identify(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${pid} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

export function isAlive(identity: string): boolean {
  return identify(Number(identity.split(' ')[0])) === identity.trim();
}

/** Starts a program that outlives us; its output goes to `logs/NAME.log`. @returns its process. */
export function startDaemon(paths: ClusterPaths, name: string, argv: readonly string[]): number {
  const output = openSync(join(paths.logs, `${name}.log`), 'a');
  try {
    const child = spawn(argv[0]!, argv.slice(1), {
      detached: true,
      cwd: paths.dir,
      stdio: ['ignore', output, output],
      env: { ...process.env, [MARK]: paths.dir },
    });
    child.on('error', () => undefined);
    if (child.pid === undefined) throw new Error(`cannot start ${argv[0]}: is it installed and executable?`);
    child.unref();
    recordPid(paths, name, child.pid);
    return child.pid;
  } finally {
    closeSync(output);
  }
}

export function recordPid(paths: ClusterPaths, name: string, pid: number): void {
  writeFileSync(join(paths.pids, name), identify(pid) ?? '');
}

/** Components that are recorded and alive. */
export function livePids(paths: ClusterPaths): Record<string, number> {
  const pids: Record<string, number> = {};
  for (const name of list(paths.pids)) {
    const identity = readIfThere(join(paths.pids, name));
    if (identity !== '' && isAlive(identity)) pids[name] = Number(identity.split(' ')[0]);
  }
  return pids;
}

export function forgetPids(paths: ClusterPaths): void {
  rmSync(paths.pids, { recursive: true, force: true });
}

/** Every live process that carries the cluster's mark, recorded or not. */
export function markedPids(paths: ClusterPaths): number[] {
  const mark = `${MARK}=${paths.dir}`;
  return list('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && environmentOf(pid).includes(mark) && identify(pid) !== undefined);
}

/** The children of a process, from any of its threads. */
export function childrenOf(pid: number): number[] {
  return list(`/proc/${pid}/task`).flatMap((thread) =>
    readIfThere(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

/** Asks politely, then insists after `graceMs`. Returns when all of them are gone. */
export async function stopPids(pids: readonly number[], graceMs: number): Promise<void> {
  const identities = pids.flatMap((pid) => identify(pid) ?? []);
  const signalAll = (signal: NodeJS.Signals) => {
    for (const identity of identities) {
      try {
        if (isAlive(identity)) process.kill(Number(identity.split(' ')[0]), signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  };
  const gone = async (ms: number) => {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) {
      if (!identities.some(isAlive)) return true;
    }
    return !identities.some(isAlive);
  };
  if (graceMs > 0) {
    signalAll('SIGTERM');
    if (await gone(graceMs)) return;
  }
  signalAll('SIGKILL');
  if (!(await gone(10_000))) throw new Error(`processes ${identities.filter(isAlive).join(', ')} do not die`);
}

/** Ends every process of the cluster without waiting for anything: for the last moments of our own. */
export function killNow(paths: ClusterPaths): void {
  // What one of them starts while it is being ended carries the mark, too: look again until nothing is left.
  for (let round = 0; round < 20; round++) {
    const left = markedPids(paths);
    if (left.length === 0) return;
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It was faster.
      }
    }
  }
}

const environmentOf = (pid: number) => readIfThere(`/proc/${pid}/environ`).split('\0');

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
