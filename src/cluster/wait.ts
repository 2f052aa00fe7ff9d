/** Waits for a cluster to get somewhere, and tells which component is to blame when it does not. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterPaths } from './paths.ts';
import { livePids } from './process.ts';

/** @throws when a component in `needs` has died, or after `timeoutMs`; both with the end of the component's log. */
export async function waitFor(
  paths: ClusterPaths,
  what: string,
  needs: readonly string[],
  check: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  let last: unknown;
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(50)) {
    const live = livePids(paths);
    const dead = needs.find((name) => live[name] === undefined);
    if (dead) throw new Error(`${dead} has ended while waiting for ${what}:\n${await logTail(paths, dead)}`);
    try {
      if (await check()) return;
    } catch (error) {
      last = error;
    }
  }
  const cause = last instanceof Error ? ` (${last.message})` : '';
  const tail = await logTail(paths, needs[0] ?? 'kube-apiserver');
  throw new Error(`${what}: not there after ${timeoutMs / 1000} s${cause}; logs are in ${paths.logs}:\n${tail}`);
}

async function logTail(paths: ClusterPaths, name: string): Promise<string> {
  const text = await readFile(join(paths.logs, `${name}.log`), 'utf8').catch(() => '(no log)');
  return text.trim().split('\n').slice(-12).join('\n');
}
