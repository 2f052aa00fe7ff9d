import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDir } from '../../src/cluster/paths.ts';
import { digestOfFile } from '../oci/digest.ts';
import type { Image } from '../oci/image.ts';
import { ROOT } from './version.ts';

/** One hash over everything an image is made of. */
export function inputHash(inputs: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256');
  for (const key of Object.keys(inputs).sort()) hash.update(`${key}\0${inputs[key]}\0`);
  return hash.digest('hex').slice(0, 32);
}

/** Digests of the code that makes an image, which is an input of it, too: of its own file, and of what writes layouts. */
export async function recipeOf(file: string): Promise<string> {
  const folder = join(ROOT, 'scripts', 'oci');
  const files = readdirSync(folder).map((name) => join(folder, name));
  return (await Promise.all([...files.sort(), file].map(digestOfFile))).join();
}

/**
 * The folder of `key` in the cache, which lies outside of any checkout so that a fresh clone finds it; made by `build` when it is not there. Half-made folders are never seen: `build`
 * works in a folder beside it, which takes the name at the end.
 */
export async function cachedFolder(key: string, build: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheDir(), 'images', key);
  if (existsSync(folder)) return folder;
  const part = `${folder}.part-${process.pid}`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  try {
    await build(part);
    await rename(part, folder);
  } catch (error) {
    if (existsSync(folder)) return folder;
    throw error;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return folder;
}

/** Like {@link cachedFolder} for an image: `image.tar`, and what is known of it in `image.json`. */
export async function cachedImage(key: string, build: (folder: string) => Promise<Image>): Promise<Image> {
  const folder = await cachedFolder(key, async (part) => {
    const image = await build(part);
    await writeFile(join(part, 'image.json'), JSON.stringify(image));
  });
  const image = JSON.parse(await readFile(join(folder, 'image.json'), 'utf8')) as Image;
  return { ...image, file: join(folder, 'image.tar') };
}

/** Puts a cached file where users look for it: a hard link where the file system allows one, a copy elsewhere. */
export async function publish(file: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  if (existsSync(target) && (await stat(target)).ino === (await stat(file)).ino) return;
  await rm(target, { force: true });
  await link(file, target).catch(() => copyFile(file, target));
}
