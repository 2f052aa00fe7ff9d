import { join } from 'node:path';
import { ensureBinaries } from '../../src/cluster/binaries.ts';
import { DELIVERY_RECIPES } from '../../src/cluster/recipes.ts';
import type { Log } from '../../src/runtime/progress.ts';
import { digestOfFile } from '../oci/digest.ts';
import { type Image, type ImageConfig, writeImage } from '../oci/image.ts';
import { writeLayer } from '../oci/layer.ts';
import { cachedImage, inputHash, recipeOf } from './cache.ts';
import { VERSION } from './version.ts';

export const KUBECTL_IMAGE = `armature-kubectl-delivery:${VERSION}`;

/** Builds the image that brings kubectl to the launchers of MPIJobs by exec: two static programs, and nothing else. */
export async function buildKubectlImage(log: Log): Promise<Image> {
  const { kubectl, deliver } = await ensureBinaries(log, undefined, DELIVERY_RECIPES);
  if (!kubectl || !deliver) throw new Error('kubectl was not built');
  const config: ImageConfig = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    user: '65532',
    entrypoint: ['/bin/deliver'],
    env: { TARGET_DIR: '/opt/kube' },
  };
  const key = inputHash({
    programs: (await Promise.all([kubectl, deliver].map(digestOfFile))).join(),
    config: JSON.stringify(config),
    recipe: await recipeOf(import.meta.filename),
  });
  return cachedImage(`kubectl-delivery-${key}`, async (folder) => {
    const program = (path: string, source: string) => ({ type: 'file', path, source, mode: 0o755 }) as const;
    const layer = await writeLayer(
      [program('/bin/kubectl', kubectl), program('/bin/deliver', deliver)],
      join(folder, 'layer.tar.gz'),
    );
    return writeImage(KUBECTL_IMAGE, config, [layer], join(folder, 'image.tar'));
  });
}
