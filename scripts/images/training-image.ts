import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { canRun, run } from '../../src/cluster/command.ts';
import type { Log } from '../../src/runtime/progress.ts';
import { digestOfFile } from '../oci/digest.ts';
import { type Image, type ImageConfig, writeImage } from '../oci/image.ts';
import { layerOfTar } from '../oci/layer.ts';
import { cachedImage, inputHash, recipeOf } from './cache.ts';
import { ROOT, VERSION } from './version.ts';

export const TRAINING_IMAGE = `armature-training-torch:${VERSION}`;

const RECIPE = join(ROOT, 'images', 'training-torch');
const RELEASE = 'bookworm';
/** bash, because upstream's Python client starts a training function with a script for it. */
const PACKAGES = ['base-files', 'coreutils', 'dash', 'bash', 'procps', 'python3', 'python3-torch', 'python3-sklearn'];

/**
 * Builds the training image: Debian's PyTorch and scikit-learn in one layer, cut down to what training needs. Jobs bring
 * their script in a ConfigMap or an image of their own on top of this one.
 * @throws when mmdebstrap is missing, with what to do instead
 */
export async function buildTrainingImage(log: Log): Promise<Image> {
  const config: ImageConfig = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    user: '65532',
    entrypoint: ['/usr/bin/python3'],
    // Upstream's TrainerClient writes a training function to where it runs, which must be writable.
    workingDir: '/tmp',
    env: { PATH: '/usr/bin:/bin', PYTHONUNBUFFERED: '1', HOME: '/tmp' },
  };
  const scripts = ['trim.py', 'torchrun.py'].map((name) => join(RECIPE, name));
  const key = inputHash({
    release: RELEASE,
    packages: PACKAGES.join(),
    scripts: (await Promise.all(scripts.map(digestOfFile))).join(),
    config: JSON.stringify(config),
    recipe: await recipeOf(import.meta.filename),
  });
  return cachedImage(`training-torch-${key}`, async (folder) => {
    const tree = join(folder, 'debian.tar');
    await makeTree(scripts, tree, log);
    log('writing the training image');
    const image = await writeImage(TRAINING_IMAGE, config, [await layerOfTar(tree)], join(folder, 'image.tar'));
    await rm(tree);
    return image;
  });
}

/** The Debian tree as a tar: one to three minutes, and 400 MB of packages to download. */
async function makeTree(scripts: readonly string[], target: string, log: Log): Promise<void> {
  if (!(await canRun('mmdebstrap', '--version'))) {
    throw new Error(
      `mmdebstrap is missing, which makes the training image from Debian packages. Install it (apt-get install mmdebstrap), or use Docker: docker build -t ${TRAINING_IMAGE} images/training-torch`,
    );
  }
  log(`making a tree of Debian ${RELEASE} with ${PACKAGES.slice(-3).join(', ')}; about 2 minutes, once`);
  const env = { SOURCE_DATE_EPOCH: '0' };
  await run('mmdebstrap', debianArguments(scripts, target), { env, title: 'mmdebstrap', log });
}

/** Packages are only unpacked, never configured: no maintainer script runs, nothing depends on the moment. */
function debianArguments(scripts: readonly string[], target: string): string[] {
  return [
    '--variant=extract',
    '--format=tar',
    '--aptopt=APT::Install-Recommends "false"',
    `--include=${PACKAGES.join()}`,
    '--skip=output/dev',
    ...scripts.map((script) => `--extract-hook=cp "${script}" "$1/${basename(script)}"`),
    '--extract-hook=chroot "$1" /usr/bin/python3 /trim.py >&2',
    RELEASE,
    target,
  ];
}
