import { NAMESPACE, POD } from '../api/kinds.ts';
import { isAlreadyExists, type KubeClient } from '../runtime/client.ts';
import type { Environment } from '../runtime/environment.ts';
import { limitRanger } from './admission/limit-range.ts';
import { namespaceLifecycle } from './admission/namespace-lifecycle.ts';
import { defaultServiceAccount, defaultTolerations, podPriority } from './admission/pod-admission.ts';
import { resourceQuota } from './admission/resource-quota.ts';
import { ApiServer } from './api-server.ts';
import { BUILTIN_RESOURCES } from './builtin/resources.ts';
import { EmbeddedClient } from './client.ts';
import type { EmbeddedController } from './controllers/controller.ts';
import { crdController } from './controllers/custom-resource-definitions.ts';
import { finishedJobs } from './controllers/finished-jobs.ts';
import { garbageCollector } from './controllers/garbage-collector.ts';
import { jobController } from './controllers/job/index.ts';
import { namespaceController } from './controllers/namespaces.ts';
import { quotaStatus } from './controllers/quota-status.ts';
import { terminatingPods } from './controllers/terminating-pods.ts';
import type { Store } from './store.ts';
import { namespaceFinalize } from './subresources/namespace-finalize.ts';
import { binding, eviction } from './subresources/pods.ts';

export interface EmbeddedClusterOptions {
  readonly environment: Environment;
  /** @default - an empty one */
  readonly store?: Store;
  /** See ApiServer. @default true */
  readonly managedFields?: boolean;
  /** Control loops beyond those that every cluster has: a scheduler, say. */
  readonly controllers?: readonly EmbeddedController[];
}

const INITIAL_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** A Kubernetes cluster in memory, without nodes. */
export interface EmbeddedCluster {
  readonly server: ApiServer;
  /** A client of its own, for one user agent. */
  client(userAgent?: string): KubeClient;
  stop(): void;
}

/** Starts an apiserver in memory with Kubernetes' own resources and control loops. */
export function startEmbeddedCluster(options: EmbeddedClusterOptions): EmbeddedCluster {
  const { environment, store, managedFields = true } = options;
  const server = new ApiServer({
    environment,
    ...(store && { store }),
    managedFields,
    admission: [namespaceLifecycle, limitRanger, defaultServiceAccount, defaultTolerations, podPriority, resourceQuota],
  });
  for (const resource of BUILTIN_RESOURCES) server.serve(resource);
  server.serveSubresource(POD, binding);
  server.serveSubresource(POD, eviction);
  server.serveSubresource(NAMESPACE, namespaceFinalize);
  for (const name of INITIAL_NAMESPACES) ensureNamespace(server, name);
  const controllers = [
    crdController,
    garbageCollector,
    jobController,
    finishedJobs,
    terminatingPods,
    namespaceController,
    quotaStatus,
    ...(options.controllers ?? []),
  ];
  const stops = controllers.map((start) => start(server, environment));
  return {
    server,
    client: (userAgent) => new EmbeddedClient({ server, environment, ...(userAgent && { userAgent }) }),
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

function ensureNamespace(server: ApiServer, name: string): void {
  try {
    server.create(NAMESPACE, undefined, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
