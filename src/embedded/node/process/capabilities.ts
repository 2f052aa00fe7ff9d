import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How a container is given files and names of its own. */
export type Isolation =
  /** A mount and a host name namespace; as an ordinary user, in a user namespace that shows it as root. */
  | 'namespaces'
  /** None: paths and names are substituted in what the container is told. */
  | 'none';

/** The words before a command that give it namespaces of its own. */
export function unshareWords(): readonly string[] {
  const asRoot = process.getuid?.() === 0;
  return ['unshare', ...(asRoot ? [] : ['--user', '--map-root-user']), '--mount', '--uts', '--propagation', 'private'];
}

/** The words before a command that run it in the namespaces of the process `pid`. */
export function enterWords(pid: number): readonly string[] {
  const asRoot = process.getuid?.() === 0;
  return [
    'nsenter',
    '--target',
    String(pid),
    ...(asRoot ? [] : ['--user', '--preserve-credentials']),
    '--mount',
    '--uts',
  ];
}

/** Tries whether this machine lets its user make mount namespaces, by making one. */
export async function detectIsolation(
  folder: string,
): Promise<{ readonly isolation: Isolation; readonly why: string }> {
  if (process.platform !== 'linux') return { isolation: 'none', why: `${process.platform} has no mount namespaces` };
  const [command = '', ...words] = unshareWords();
  const trial =
    'mount -t tmpfs tmpfs "$0" && mkdir "$0/a" && mount --rbind "$0/a" "$0/a" && command -v pivot_root nsenter';
  try {
    await run(command, [...words, 'sh', '-c', trial, folder], { env: { PATH: SYSTEM_PATH }, timeout: 10_000 });
    return { isolation: 'namespaces', why: 'unprivileged mounts work' };
  } catch (error) {
    const said = (error as { readonly stderr?: string }).stderr?.trim().split('\n').at(-1);
    return { isolation: 'none', why: said || (error as Error).message };
  }
}

/** Where the programs that prepare a container are found, whatever PATH the container has. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
