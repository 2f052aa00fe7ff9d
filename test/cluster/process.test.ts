import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withLock } from '../../src/cluster/lock.ts';
import { type ClusterPaths, clusterPaths } from '../../src/cluster/paths.ts';
import {
  forgetPids,
  identify,
  isAlive,
  livePids,
  markedPids,
  startDaemon,
  stopPids,
} from '../../src/cluster/process.ts';

let root: string;
let paths: ClusterPaths;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cluster-'));
  paths = clusterPaths('p', root);
  for (const dir of [paths.logs, paths.pids]) await mkdir(dir, { recursive: true });
});

afterEach(async () => {
  await stopPids(markedPids(paths), 0);
  await rm(root, { recursive: true });
});

test('a started program is known by its pid file, and without it by its mark', async () => {
  const pid = startDaemon(paths, 'sleeper', ['sleep', '60']);
  expect(livePids(paths)).toEqual({ sleeper: pid });
  forgetPids(paths);
  expect(livePids(paths)).toEqual({});
  expect(markedPids(paths)).toEqual([pid]);
  await stopPids([pid], 1000);
  expect(markedPids(paths)).toEqual([]);
});

test('a program that ignores the polite signal is ended all the same', async () => {
  startDaemon(paths, 'deaf', ['sh', '-c', 'trap "" TERM; sleep 60 & wait; sleep 60']);
  await stopPids(markedPids(paths), 100);
  await stopPids(markedPids(paths), 0);
  expect(markedPids(paths)).toEqual([]);
});

test('a program that is not there is told at once', () => {
  expect(() => startDaemon(paths, 'none', ['/no/such/program'])).toThrow(/cannot start \/no\/such\/program/);
});

test('a number the kernel has given away since is nobody of ours', () => {
  const self = identify(process.pid)!;
  expect(isAlive(self)).toBe(true);
  expect(isAlive(`${process.pid} 1`)).toBe(false);
});

test('a lock lets one in at a time, takes over from the dead, and leaves no file', async () => {
  const lock = join(root, 'lock');
  await writeFile(lock, `${process.pid} 1`);
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inside--;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(lock, () => undefined, work)));
  expect(most).toBe(1);
  expect((await readdir(root)).filter((name) => name.startsWith('lock'))).toEqual([]);
});
