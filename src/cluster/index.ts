/**
 * A real Kubernetes on this machine: etcd, apiserver, controller manager and scheduler built from pinned Go modules,
 * with fake nodes (kwok), one real node (kubelet and containerd in namespaces of their own), or both.
 */

export { ensureBinaries } from './binaries.ts';
export { clusterDown } from './down.ts';
export { EXIT_CODE, RUN_SECONDS } from './fake-nodes.ts';
export { loadImage } from './images.ts';
export type { ClusterInfo, ClusterOptions } from './options.ts';
export type { Recipe } from './recipes.ts';
export { serviceAccountKubeconfig } from './service-account.ts';
export { clusterNames } from './state.ts';
export { type ClusterStatus, clusterStatus } from './status.ts';
export { clusterUp } from './up.ts';
