/** A lock file between processes, left behind by none: one whose holder has died is taken over. */

import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../runtime/progress.ts';
import { identify, isAlive } from './process.ts';

const TELL_AFTER_MS = 2000;

export async function withLock<T>(path: string, log: Log, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const start = Date.now();
  let told = false;
  while (!(await take(path))) {
    if (!told && Date.now() - start > TELL_AFTER_MS) {
      log(`waiting for another process that holds ${path}`);
      told = true;
    }
    await sleep(50);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

let serial = 0;

/** The lock appears whole, by a hard link to a file that names its holder. */
async function take(path: string): Promise<boolean> {
  if (await isHeld(path)) return false;
  const own = `${path}.${process.pid}.${serial++}`;
  await writeFile(own, identify(process.pid) ?? '');
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await evict(path, own);
    return false;
  } finally {
    await rm(own, { force: true });
  }
}

/** A look that writes nothing, so that one who is ended while waiting leaves nothing behind. */
async function isHeld(path: string): Promise<boolean> {
  return isAlive(await readFile(path, 'utf8').catch(() => ''));
}

/** Moves a dead holder's lock aside. Should a live one have come between reading and moving, it is put back. */
async function evict(path: string, aside: string): Promise<void> {
  const isDead = async (file: string) => !isAlive(await readFile(file, 'utf8'));
  try {
    if (!(await isDead(path))) return;
    await rename(path, aside);
    if (!(await isDead(aside))) await link(aside, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  }
}
