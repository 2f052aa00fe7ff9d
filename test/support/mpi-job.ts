import type { KubeObject } from '../../src/api/kube.ts';

const replica = (replicas: number, labels: Readonly<Record<string, string>>) => ({
  replicas,
  template: {
    metadata: { labels },
    spec: { tolerations: [{ operator: 'Exists' }], containers: [{ name: 'mpi', image: 'example.org/mpi:1' }] },
  },
});

/** An MPIJob `j` whose pods fake nodes accept. */
export function mpiJob(
  version: 'v1' | 'v2beta1',
  namespace: string,
  workers: number,
  runPolicy: Readonly<Record<string, unknown>> = {},
): KubeObject {
  return {
    apiVersion: `kubeflow.org/${version}`,
    kind: 'MPIJob',
    metadata: { name: 'j', namespace },
    spec: { runPolicy, mpiReplicaSpecs: mpiReplicas(workers) },
  };
}

/** @param labels - of every pod */
export const mpiReplicas = (workers: number, labels: Readonly<Record<string, string>> = {}) => ({
  Launcher: replica(1, labels),
  Worker: replica(workers, labels),
});
