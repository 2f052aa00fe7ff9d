/** The control groups under which the real node's pods run: version 1 (one tree for each controller) or 2. */

import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where control group file systems are mounted, from `/proc/self/mountinfo`. */
export function cgroupMounts(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const point = left.split(' ')[4];
    return point && /^cgroup2? /.test(right) ? [point] : [];
  });
}

const mounts = async () => cgroupMounts(await readFile('/proc/self/mountinfo', 'utf8'));

/** Makes the group in every tree. A tree that refuses (read-only, or not in use) is left alone. */
export async function makeCgroup(root: string): Promise<void> {
  for (const mount of await mounts()) await mkdir(join(mount, root), { recursive: true }).catch(() => undefined);
}

/** Removes the group and everything under it from every tree; its processes must be gone. */
export async function removeCgroup(root: string): Promise<void> {
  for (const mount of await mounts()) await removeTree(join(mount, root));
}

async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      return await rmdir(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return;
      await sleep(20);
    }
  }
  throw new Error(`${path} is still in use after its processes were ended`);
}
