/**
 * `npm run image [-- --training] [--mpi] [--json]`: the controller's image as build/images/armature-controller.tar; with
 * `--training` also the quickstart's, armature-training-torch.tar; with `--mpi` those of the MPI example,
 * armature-training-mpi.tar, and of what brings kubectl to launchers by exec, armature-kubectl-delivery.tar. No Docker
 * needed; what is unchanged comes from the cache (`$ARMATURE_CACHE`, else `~/.cache/armature`).
 */
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { publish } from './images/cache.ts';
import { buildControllerImage } from './images/controller-image.ts';
import { buildKubectlImage } from './images/kubectl-image.ts';
import { buildMpiImage } from './images/mpi-image.ts';
import { buildTrainingImage } from './images/training-image.ts';
import { ROOT } from './images/version.ts';
import type { Image } from './oci/image.ts';

const flags = process.argv.slice(2);
const unknown = flags.find((flag) => !['--training', '--mpi', '--json'].includes(flag));
if (unknown) {
  process.stderr.write(`unknown flag ${unknown}; usage: npm run image [-- --training] [--mpi] [--json]\n`);
  process.exit(2);
}
const log = (line: string) => process.stderr.write(`${line}\n`);
const built: object[] = [];

async function deliver(image: Image, name: string): Promise<void> {
  const file = join(ROOT, 'build', 'images', `${name}.tar`);
  await publish(image.file, file);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const archive = statSync(file).size;
  log(`${image.name}: ${megabytes(image.size)} in layers, archive ${megabytes(archive)}, ${image.digest}`);
  log(`  ${relative(process.cwd(), file)}  (load it: armature cluster load, kind load image-archive, docker load -i)`);
  built.push({ name: image.name, digest: image.digest, bytes: image.size, file });
}

await deliver(await buildControllerImage(log), 'armature-controller');
if (flags.includes('--training')) await deliver(await buildTrainingImage(log), 'armature-training-torch');
if (flags.includes('--mpi')) {
  await deliver(await buildMpiImage(log), 'armature-training-mpi');
  await deliver(await buildKubectlImage(log), 'armature-kubectl-delivery');
}
if (flags.includes('--json')) process.stdout.write(`${JSON.stringify({ ok: true, images: built })}\n`);
