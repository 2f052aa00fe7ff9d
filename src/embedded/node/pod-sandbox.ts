import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PERSISTENT_VOLUME_CLAIM } from '../../api/kinds.ts';
import { isNotFound } from '../../runtime/client.ts';
import type { NodeContext } from './context.ts';
import type { DownwardView } from './environment/field-ref.ts';
import { keyedSources } from './keyed-sources.ts';
import type { Pod } from './pod-types.ts';
import { refusalOf } from './refusals.ts';
import { hasPayload } from './volumes/payload.ts';
import { type ProvidedVolume, provideVolume, refreshPayload, type VolumeContext } from './volumes/provide.ts';

/** What stands before a pod's containers do: its folder, its address, its names and its volumes. */
export interface PodSandbox {
  readonly folder: string;
  readonly ip: string;
  readonly hostsFile: string;
  readonly volumes: ReadonlyMap<string, ProvidedVolume>;
}

export const podFolder = (context: NodeContext, pod: Pod): string =>
  join(context.dataDir, 'pods', pod.metadata.uid ?? '');

/** @throws when a volume cannot be provided, with a message that says how to mend it */
export async function makeSandbox(context: NodeContext, pod: Pod): Promise<PodSandbox> {
  const refusal = refusalOf(pod);
  if (refusal) throw new Error(refusal);
  const folder = podFolder(context, pod);
  await mkdir(folder, { recursive: true });
  const ip = context.names.podAddress(pod);
  const hostsFile = join(folder, 'hosts');
  context.names.register(pod, ip, hostsFile);
  const volumeContext = volumeContextOf(context, pod, folder, ip);
  const volumes = new Map<string, ProvidedVolume>();
  for (const volume of pod.spec.volumes ?? []) volumes.set(volume.name, await provideVolume(volume, volumeContext));
  return { folder, ip, hostsFile, volumes };
}

/** Writes what ConfigMaps, Secrets and the pod itself say now into the volumes made of them. */
export async function refreshVolumes(
  context: NodeContext,
  pod: Pod,
  sandbox: PodSandbox,
  version: number,
): Promise<void> {
  const volumeContext = volumeContextOf(context, pod, sandbox.folder, sandbox.ip);
  for (const volume of pod.spec.volumes ?? [])
    if (hasPayload(volume)) await refreshPayload(volume, volumeContext, version);
}

export async function removeSandbox(context: NodeContext, pod: Pod): Promise<void> {
  context.names.forget(pod);
  await rm(podFolder(context, pod), { recursive: true, force: true });
}

export function downwardView(context: NodeContext, pod: Pod, ip: string): DownwardView {
  return { pod, podIp: ip, hostIp: '127.0.0.1', allocatable: context.allocatable };
}

function volumeContextOf(context: NodeContext, pod: Pod, folder: string, ip: string): VolumeContext {
  const { client, dataDir } = context;
  const { namespace } = pod.metadata;
  return {
    view: downwardView(context, pod, ip),
    sources: keyedSources(client, namespace),
    token: context.token?.(pod),
    podFolder: folder,
    claimFolder: join(dataDir, 'volumes', namespace ?? ''),
    hasClaim: async (name) => {
      try {
        await client.get(PERSISTENT_VOLUME_CLAIM, { ...(namespace && { namespace }), name });
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
  };
}
