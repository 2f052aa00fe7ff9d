import { mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Payload } from './payload.ts';

/**
 * Puts files into a folder so that a reader sees either all of the old or all of the new ones: each top-level name is a
 * link through `..data`, which is replaced in one step.
 */
export async function writePayload(folder: string, payload: Payload, version: number): Promise<void> {
  const generation = `..${version}`;
  await rm(join(folder, generation), { recursive: true, force: true });
  await mkdir(join(folder, generation), { recursive: true });
  for (const [path, { content, mode }] of payload) {
    const file = join(folder, generation, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode });
  }
  const previous = await readlink(join(folder, '..data')).catch(() => undefined);
  const before = await namesIn(folder);
  await rm(join(folder, '..next'), { force: true });
  await symlink(generation, join(folder, '..next'));
  await rename(join(folder, '..next'), join(folder, '..data'));
  const wanted = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? path));
  for (const name of wanted) {
    if (!before.has(name)) await symlink(join('..data', name), join(folder, name));
  }
  for (const name of before) {
    if (!wanted.has(name)) await rm(join(folder, name), { force: true });
  }
  if (previous !== undefined && previous !== generation) {
    await rm(join(folder, previous), { recursive: true, force: true });
  }
}

async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  return new Set((await readdir(folder)).filter((name) => !name.startsWith('..')));
}
