/** Programs of the operating system that a real node needs. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Log, withProgress } from '../runtime/progress.ts';
import { run } from './command.ts';

/** How long to wait for another package manager, such as one that an interrupted command has left at work. */
const LOCK_SECONDS = 300;
const CNI_FOLDERS = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];
/** Where daemons find programs, whatever the caller's PATH says. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Debian package to the program it is needed for. */
const PACKAGES: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  conntrack: 'conntrack',
  iproute2: 'ip',
  'util-linux': 'nsenter',
};

const hasProgram = (name: string) => SYSTEM_PATH.split(':').some((folder) => existsSync(join(folder, name)));

/** The folder with the CNI plug-ins, if they are installed. */
export function cniFolder(): string | undefined {
  return CNI_FOLDERS.find((folder) => existsSync(join(folder, 'ptp')));
}

function missingPackages(): string[] {
  const missing = Object.keys(PACKAGES).filter((name) => !hasProgram(PACKAGES[name]!));
  return cniFolder() ? missing : [...missing, 'containernetworking-plugins'];
}

/** Installs what is missing with Debian's package manager. @throws where there is none, or it fails. */
export async function ensurePackages(log: Log): Promise<void> {
  const missing = missingPackages();
  if (missing.length === 0) return;
  if (!hasProgram('apt-get')) {
    throw new Error(`a real node needs ${missing.join(', ')} (Debian's package names): install them and try again`);
  }
  log(`installing Debian packages: ${missing.join(' ')}`);
  await withProgress(log, 'apt-get install', async () => {
    await run('apt-get', ['update', '-qq']);
    await run(
      'apt-get',
      ['install', '-y', '-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`, '-qq', '--no-install-recommends', ...missing],
      {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
      },
    );
  });
  const still = missingPackages();
  if (still.length > 0)
    throw new Error(`${still.join(', ')} still missing after apt-get install: install them by hand`);
}
