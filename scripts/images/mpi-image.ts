import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../src/runtime/progress.ts';
import { digestOfFile } from '../oci/digest.ts';
import { type Image, type ImageConfig, writeImage } from '../oci/image.ts';
import { layerOfTar } from '../oci/layer.ts';
import { cachedImage, inputHash, recipeOf } from './cache.ts';
import { makeDebianTree } from './debian-tree.ts';
import { ROOT, VERSION } from './version.ts';

export const MPI_IMAGE = `armature-training-mpi:${VERSION}`;

const RECIPE = join(ROOT, 'images', 'training-mpi');
const RELEASE = 'bookworm';
const PACKAGES = [
  ...['base-files', 'coreutils', 'dash', 'hostname', 'procps', 'sed', 'grep'],
  ...['openssh-client', 'openssh-server', 'openmpi-bin', 'python3', 'python3-mpi4py'],
];

/**
 * Builds the image of the MPI example: Debian's OpenMPI, its ssh and mpi4py in one layer. It works over ssh, as user 1000 or
 * as root, and by exec.
 * @throws when mmdebstrap is missing, with what to do instead
 */
export async function buildMpiImage(log: Log): Promise<Image> {
  const config: ImageConfig = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    user: '1000',
    entrypoint: [],
    command: ['python3', '/examples/pi.py'],
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      PYTHONUNBUFFERED: '1',
      // Containers may not read the memory of their neighbours.
      OMPI_MCA_btl_vader_single_copy_mechanism: 'none',
    },
  };
  const files = readdirSync(RECIPE)
    .filter((name) => name !== 'Dockerfile')
    .map((name) => join(RECIPE, name));
  const key = inputHash({
    release: RELEASE,
    packages: PACKAGES.join(),
    files: (await Promise.all(files.map(digestOfFile))).join(),
    config: JSON.stringify(config),
    recipe: await recipeOf(import.meta.filename),
    tree: await recipeOf(join(import.meta.dirname, 'debian-tree.ts')),
  });
  return cachedImage(`training-mpi-${key}`, async (folder) => {
    const tar = join(folder, 'debian.tar');
    log(`making a tree of Debian ${RELEASE} with ${PACKAGES.slice(-3).join(', ')}; about a minute, once`);
    const tree = {
      release: RELEASE,
      packages: PACKAGES,
      files: files.map((from) => ({ from, to: '/training' })),
      finish: '/bin/sh /training/finish.sh',
      otherwise: `use Docker: docker build -t ${MPI_IMAGE} images/training-mpi`,
    };
    await makeDebianTree(tree, tar, log);
    const image = await writeImage(MPI_IMAGE, config, [await layerOfTar(tar)], join(folder, 'image.tar'));
    await rm(tar);
    return image;
  });
}
