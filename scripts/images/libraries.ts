import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from '../../src/cluster/command.ts';
import type { Entry } from '../oci/layer.ts';
import { cachedFolder } from './cache.ts';

/** Debian package of a library that Node may want and a machine may lack. */
const PACKAGES: Readonly<Record<string, string>> = {
  'libatomic.so.1': 'libatomic1',
  'libstdc++.so.6': 'libstdc++6',
  'libgcc_s.so.1': 'libgcc-s1',
};

/** One line of `ldd`: the name a program asks for, and the file that answers it. */
export interface Library {
  readonly name: string;
  /** Absent when this machine has no such library. */
  readonly path?: string;
}

/** Reads what `ldd` prints. The loader itself is a line of one path; what the kernel provides has none. */
export function parseLdd(output: string): Library[] {
  const libraries: Library[] = [];
  for (const line of output.split('\n').map((text) => text.trim())) {
    const linked = /^(\S+) => (\/\S+)/.exec(line);
    const missing = /^(\S+) => not found/.exec(line);
    const loader = /^(\/\S+) \(/.exec(line);
    if (linked) libraries.push({ name: linked[1] as string, path: linked[2] as string });
    else if (missing) libraries.push({ name: missing[1] as string });
    else if (loader) libraries.push({ name: loader[1] as string, path: loader[1] as string });
  }
  return libraries;
}

/**
 * The shared libraries of an executable, each at the path where its loader looks for it.
 * @throws when a library is missing here and Debian's package manager cannot provide it
 */
export async function libraryEntries(executable: string): Promise<(Entry & { readonly source: string })[]> {
  const libraries = parseLdd(await run('ldd', [executable]));
  return Promise.all(
    libraries.map(async ({ name, path }) => {
      const source = realpathSync(path ?? (await downloaded(name)));
      return { type: 'file' as const, path: path ?? `/usr/lib/${basename(name)}`, source, mode: 0o755 };
    }),
  );
}

/** Takes a library from its Debian package without installing it. */
async function downloaded(name: string): Promise<string> {
  const packageName = PACKAGES[name];
  if (!packageName)
    throw new Error(
      `Node needs ${name}, which this machine lacks. Install it, or build images/Dockerfile with Docker.`,
    );
  const folder = await cachedFolder(`deb-${packageName}-${process.arch}`, async (part) => {
    await run('apt-get', ['download', packageName], { cwd: part });
    const deb = readdirSync(part).find((file) => file.endsWith('.deb')) as string;
    await mkdir(join(part, 'tree'));
    await run('dpkg-deb', ['-x', join(part, deb), join(part, 'tree')]);
  });
  const found = readdirSync(join(folder, 'tree'), { recursive: true, encoding: 'utf8' }).find(
    (file) => basename(file) === name,
  );
  if (!found || !existsSync(join(folder, 'tree', found))) throw new Error(`Debian's ${packageName} holds no ${name}.`);
  return join(folder, 'tree', found);
}
