import { mkdir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { expand } from '../environment/expand.ts';
import type { Container } from '../pod-types.ts';
import { MountError } from './payload.ts';
import type { ProvidedVolume } from './provide.ts';

/** One folder or file of this machine, and where a container is to see it. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly file: boolean;
  readonly readOnly: boolean;
}

/**
 * A container's mounts, outer ones first.
 * @throws MountError when a path cannot be used
 */
export async function mountsOf(
  container: Container,
  volumes: ReadonlyMap<string, ProvidedVolume>,
  variables: Readonly<Record<string, string>>,
): Promise<readonly Mount[]> {
  const mounts: Mount[] = [];
  for (const { name, mountPath, subPath, subPathExpr, readOnly = false } of container.volumeMounts ?? []) {
    const volume = volumes.get(name);
    if (!volume) throw new MountError(`container "${container.name}" mounts the volume "${name}", which the pod lacks`);
    const target = posix.resolve('/', mountPath);
    if (target === '/')
      throw new MountError(`container "${container.name}" cannot mount over /; name a folder below it`);
    const inner = subPathExpr ? expand(subPathExpr, (variable) => variables[variable]) : (subPath ?? '');
    const source = await innerPath(volume, inner);
    const found = await stat(source);
    mounts.push({ source, target, file: !found.isDirectory(), readOnly: readOnly || volume.readOnly });
  }
  return mounts.sort((left, right) => left.target.split('/').length - right.target.split('/').length);
}

async function innerPath({ source, readOnly }: ProvidedVolume, inner: string): Promise<string> {
  if (inner === '') return source;
  if (inner.startsWith('/') || inner.split('/').includes('..')) {
    throw new MountError(`subPath "${inner}" leaves the volume; make it relative, without ..`);
  }
  const path = join(source, inner);
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!exists && readOnly) throw new MountError(`subPath "${inner}" is not in the volume`);
  if (!exists) await mkdir(path, { recursive: true });
  return path;
}
