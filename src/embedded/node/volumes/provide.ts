import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyedSources } from '../environment/container-env.ts';
import type { DownwardView } from '../environment/field-ref.ts';
import type { Volume } from '../pod-types.ts';
import { hasPayload, MountError, payloadOf, type TokenSource } from './payload.ts';
import { writePayload } from './write.ts';

/** Where volumes come from. */
export interface VolumeContext {
  readonly view: DownwardView;
  readonly sources: KeyedSources;
  readonly token: TokenSource | undefined;
  /** The pod's own folder: what lives as long as the pod. */
  readonly podFolder: string;
  /** The folder of claims, by namespace and name: what outlives pods. */
  readonly claimFolder: string;
  /** Whether the pod's namespace has this claim. */
  hasClaim(name: string): Promise<boolean>;
}

/** A volume as a folder or file of this machine. */
export interface ProvidedVolume {
  readonly source: string;
  readonly readOnly: boolean;
}

const OFFERED = 'emptyDir, configMap, secret, projected, downwardAPI, hostPath or persistentVolumeClaim';

/**
 * Makes the folder behind a volume, filled.
 * @throws MountError when the volume cannot be provided
 */
export async function provideVolume(volume: Volume, context: VolumeContext): Promise<ProvidedVolume> {
  const { name, emptyDir, hostPath, persistentVolumeClaim: claim } = volume;
  if (emptyDir) return { source: await folder(context.podFolder, 'volumes', name), readOnly: false };
  if (hasPayload(volume)) return { source: await refreshPayload(volume, context, 1), readOnly: true };
  if (hostPath) return { source: await hostFolder(name, hostPath.path, hostPath.type), readOnly: false };
  if (claim) {
    if (!(await context.hasClaim(claim.claimName))) {
      throw new MountError(`persistentvolumeclaim "${claim.claimName}" not found`);
    }
    return { source: await folder(context.claimFolder, claim.claimName), readOnly: claim.readOnly ?? false };
  }
  const form = Object.keys(volume).find((key) => key !== 'name') ?? 'no source';
  throw new MountError(`volume "${name}": a node of processes does not offer ${form}; use ${OFFERED}`);
}

/** Writes the current files of a configMap, secret, projected or downwardAPI volume. */
export async function refreshPayload(volume: Volume, context: VolumeContext, version: number): Promise<string> {
  const payload = await payloadOf(volume, context.view, context.sources, context.token);
  const path = await folder(context.podFolder, 'volumes', volume.name);
  await writePayload(path, payload, version);
  return path;
}

async function folder(...parts: string[]): Promise<string> {
  const path = join(...parts);
  await mkdir(path, { recursive: true });
  return path;
}

async function hostFolder(name: string, path: string, type = ''): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found && type === 'DirectoryOrCreate') return folder(path);
  if (!found && type === 'FileOrCreate') {
    await writeFile(path, '');
    return path;
  }
  if (!found) throw new MountError(`volume "${name}": this machine has no ${path}; make it, or name another hostPath`);
  if (type.startsWith('Directory') && !found.isDirectory()) throw new MountError(`hostPath ${path} is no directory`);
  if (type.startsWith('File') && !found.isFile()) throw new MountError(`hostPath ${path} is no file`);
  return path;
}
