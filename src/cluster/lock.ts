/** A lock file between processes, left behind by none: one whose holder has died is taken over. */

import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive } from './process.ts';
import type { Log } from './progress.ts';

export async function withLock<T>(path: string, log: Log, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  let told = false;
  for (let waited = 0; !(await take(path)); waited += 100) {
    if (!told && waited > 2000) {
      log(`waiting for another process that holds ${path}`);
      told = true;
    }
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(identify(process.pid) ?? String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = await readFile(path, 'utf8').catch(() => '');
  if (holder !== '' && !isAlive(holder)) await rm(path, { force: true });
  return false;
}
