/** Brings images onto the real node. */

import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import { checkName, parseNodes } from './options.ts';
import { clusterPaths } from './paths.ts';
import { readState } from './state.ts';

/**
 * Imports every image of a tar (OCI layout or `docker save`) into the real node of a cluster; the same file only once.
 * @throws when the cluster has no real node, or is not up.
 */
export async function loadImage(name: string, tarPath: string): Promise<void> {
  const paths = clusterPaths(checkName(name));
  const state = await readState(paths);
  if (!state) throw new Error(`there is no cluster ${name}: bring it up with "armature cluster up --name ${name}"`);
  if (!parseNodes(state.nodes).real) {
    throw new Error(`cluster ${name} has no real node to load images into: bring one up with --nodes real`);
  }
  const tars = join(paths.node, 'loaded.json');
  const fingerprint = await fingerprintOf(tarPath);
  const loaded = await readLoaded(tars);
  if (loaded[tarPath] === fingerprint) return;
  await importImage(paths.containerd, tarPath);
  await writeFile(tars, JSON.stringify({ ...loaded, [tarPath]: fingerprint }));
}

/** Changes whenever the file does; reading hundreds of megabytes to know would take longer than it saves. */
async function fingerprintOf(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  return `${size} ${mtimeMs} ${ino}`;
}

/** What was imported into this cluster before, by path. */
async function readLoaded(path: string): Promise<Readonly<Record<string, string>>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}

export async function importImage(socket: string, tarPath: string): Promise<void> {
  const ctr = (...args: readonly string[]) =>
    run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', ...args]);
  const output = await ctr('import', tarPath);
  for (const [, name] of output.matchAll(/^unpacking (\S+) /gm)) {
    const full = name && fullReference(name);
    if (full && full !== name) await ctr('tag', '--force', name, full);
  }
}

/** The name under which the kubelet looks an image up: short names belong to docker.io. Pure. */
export function fullReference(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${name}`;
  return /[.:]|^localhost$/.test(first) ? name : `docker.io/${name}`;
}
