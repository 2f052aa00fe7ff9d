/** The default StorageClass: a directory of this machine for each claim, made by a small program of ours. */

import { join } from 'node:path';
import type { Kind, KubeObject } from '../api/kube.ts';
import type { Binaries } from './binaries.ts';
import type { ClusterState } from './layout.ts';
import type { ClusterPaths } from './paths.ts';

const CLASS = 'standard';

export function volumesCommand(programs: Binaries, paths: ClusterPaths, state: ClusterState): string[] {
  return [
    programs.volumes!,
    `-server=https://127.0.0.1:${state.ports.apiserver}`,
    `-ca=${join(paths.pki, 'ca.crt')}`,
    `-cert=${join(paths.pki, 'volumes.crt')}`,
    `-key=${join(paths.pki, 'volumes.key')}`,
    `-volumes=${paths.volumes}`,
    `-class=${CLASS}`,
  ];
}

export const STORAGE_CLASS: Kind = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  namespaced: false,
};

export function defaultStorageClass(): KubeObject & Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: CLASS, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'armature.dev/host-path',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  };
}
