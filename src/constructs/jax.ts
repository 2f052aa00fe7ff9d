import { JAXJob } from '../../imports/kubeflow.org.ts';
import { JAX_JOB_DEFINITION } from '../api/index.ts';
import type { JobFramework } from './framework.ts';
import { countProblems, replicaSpec, type WorkerProps } from './replica.ts';

/** A JAX job: every pod is a worker with one process, and worker 0 is where they meet. */
export type JaxProps = WorkerProps;

const CONTAINER = 'jax';

export function jax({ replicas = 1, ...worker }: JaxProps): JobFramework {
  return {
    definition: JAX_JOB_DEFINITION,
    resource: JAXJob,
    render: (runPolicy, platform) => ({
      spec: {
        ...(Object.keys(runPolicy).length > 0 && { runPolicy }),
        jaxReplicaSpecs: { Worker: replicaSpec(CONTAINER, replicas, worker, platform) },
      },
      largest: { Worker: replicas },
    }),
    problems: () => [
      ...(worker.image ? [] : ["a JAX job has no image: set 'image'"]),
      ...countProblems('replicas', replicas),
    ],
  };
}
