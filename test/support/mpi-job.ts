import type { KubeObject } from '../../src/api/kube.ts';
import { EXIT_CODE, RUN_SECONDS } from '../../src/cluster/fake-nodes.ts';

/** Fake nodes end pods of Kubernetes' own Jobs at once unless told otherwise. */
const RUNS_ON = { [EXIT_CODE]: '0', [RUN_SECONDS]: '86400' };

const replica = (replicas: number, labels: Readonly<Record<string, string>>, pod: object = {}) => ({
  replicas,
  template: {
    metadata: { labels, annotations: RUNS_ON },
    spec: { tolerations: [{ operator: 'Exists' }], containers: [{ name: 'mpi', image: 'example.org/mpi:1' }], ...pod },
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

/**
 * @param labels - of every pod
 * @param pods - more of the pods' specs, by replica type
 */
export const mpiReplicas = (
  workers: number,
  labels: Readonly<Record<string, string>> = {},
  pods: { readonly Launcher?: object; readonly Worker?: object } = {},
) => ({
  Launcher: replica(1, labels, pods.Launcher),
  Worker: replica(workers, labels, pods.Worker),
});
