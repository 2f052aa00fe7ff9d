import { basename } from 'node:path';
import { canRun, run } from '../../src/cluster/command.ts';
import type { Log } from '../../src/runtime/progress.ts';

/** A tree of Debian packages that are unpacked and never configured: no maintainer script runs, nothing depends on the moment. */
export interface DebianTree {
  readonly release: string;
  readonly packages: readonly string[];
  /** Files of this machine, each copied to this folder of the tree. */
  readonly files: readonly { readonly from: string; readonly to: string }[];
  /** What runs inside of the tree at last. */
  readonly finish: string;
  /** What to do where mmdebstrap is not to be had. */
  readonly otherwise: string;
}

/**
 * Writes the tree as a tar.
 * @throws when mmdebstrap is missing, with what to do instead
 */
export async function makeDebianTree(tree: DebianTree, target: string, log: Log): Promise<void> {
  if (!(await canRun('mmdebstrap', '--version'))) {
    throw new Error(
      `mmdebstrap is missing, which makes the image from Debian packages. Install it (apt-get install mmdebstrap), or ${tree.otherwise}`,
    );
  }
  const env = { SOURCE_DATE_EPOCH: '0' };
  await run('mmdebstrap', debianArguments(tree, target), { env, title: 'mmdebstrap', log });
}

function debianArguments({ release, packages, files, finish }: DebianTree, target: string): string[] {
  return [
    '--variant=extract',
    '--format=tar',
    '--aptopt=APT::Install-Recommends "false"',
    `--include=${packages.join()}`,
    '--skip=output/dev',
    ...files.map(
      ({ from, to }) =>
        `--extract-hook=mkdir -p "$1${to}" && cp "${from}" "$1${to.replace(/\/$/, '')}/${basename(from)}"`,
    ),
    `--extract-hook=chroot "$1" ${finish} >&2`,
    release,
    target,
  ];
}
