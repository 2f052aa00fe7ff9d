import { join } from 'node:path';
import { digestOfFile } from '../oci/digest.ts';
import { type Image, writeImage } from '../oci/image.ts';
import { type Layer, layerOfTar, writeLayer } from '../oci/layer.ts';
import { cachedFolder, cachedImage, inputHash } from './cache.ts';
import { canRun, type Log, runCommand } from './command.ts';
import { recipe } from './controller-image.ts';
import { ROOT, VERSION } from './version.ts';

export const TRAINING_IMAGE = `armature-training-torch:${VERSION}`;

const RECIPE = join(ROOT, 'images', 'training-torch');
const RELEASE = 'bookworm';
const PACKAGES = ['base-files', 'coreutils', 'dash', 'procps', 'python3', 'python3-torch', 'python3-sklearn'];

/**
 * Builds the training image: Debian's PyTorch and scikit-learn, cut down to what training needs, and `/app/digits.py`.
 * @throws when mmdebstrap is missing, with what to do instead
 */
export async function buildTrainingImage(log: Log): Promise<Image> {
  const debian = await debianLayer(log);
  const script = join(RECIPE, 'digits.py');
  const key = inputHash({ recipe: await recipe(), debian: debian.digest, script: await digestOfFile(script) });
  return cachedImage(`training-torch-${key}`, async (folder) => {
    log('writing the training image');
    const program = await writeLayer(
      [{ type: 'file', path: '/app/digits.py', source: script }],
      join(folder, 'program.tar.gz'),
    );
    const config = {
      architecture: process.arch === 'arm64' ? ('arm64' as const) : ('amd64' as const),
      user: '65532',
      entrypoint: ['/usr/bin/python3'],
      command: ['/app/digits.py'],
      workingDir: '/app',
      env: { PATH: '/usr/bin:/bin', PYTHONUNBUFFERED: '1', HOME: '/tmp' },
    };
    return writeImage(TRAINING_IMAGE, config, [debian, program], join(folder, 'image.tar'));
  });
}

/** The Debian tree as one layer; about three minutes and 400 MB of packages when it is not in the cache. */
async function debianLayer(log: Log): Promise<Layer> {
  const trim = join(RECIPE, 'trim.py');
  const key = inputHash({
    release: RELEASE,
    packages: PACKAGES.join(),
    arch: process.arch,
    trim: await digestOfFile(trim),
  });
  const folder = await cachedFolder(`debian-torch-${key}`, async (part) => {
    if (!(await canRun('mmdebstrap', '--version'))) {
      throw new Error(
        'mmdebstrap is missing, which makes the training image from Debian packages. Install it (apt-get install mmdebstrap), or use Docker: docker build -f images/training-torch/Dockerfile -t ' +
          `${TRAINING_IMAGE} images/training-torch`,
      );
    }
    log(`making a tree of Debian ${RELEASE} with ${PACKAGES.slice(-3).join(', ')}; about 3 minutes, once`);
    await runCommand('mmdebstrap', debianArguments(trim, join(part, 'debian.tar')), {
      env: { SOURCE_DATE_EPOCH: '0' },
      title: 'mmdebstrap',
      log,
    });
  });
  return layerOfTar(join(folder, 'debian.tar'));
}

/** Packages are only unpacked, never configured: no maintainer script runs, nothing depends on the moment. */
function debianArguments(trim: string, target: string): string[] {
  return [
    '--variant=extract',
    '--format=tar',
    '--aptopt=APT::Install-Recommends "false"',
    `--include=${PACKAGES.join()}`,
    `--customize-hook=copy-in "${trim}" /`,
    '--customize-hook=chroot "$1" /usr/bin/python3 /trim.py',
    RELEASE,
    target,
  ];
}
