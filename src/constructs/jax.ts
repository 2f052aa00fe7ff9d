import { JAXJob } from '../../imports/kubeflow.org.ts';
import { JAX_JOB_DEFINITION } from '../api/index.ts';
import type { JobFramework } from './framework.ts';
import { countProblems, type WorkerProps } from './replica.ts';
import { renderRoles } from './roles.ts';

/** A JAX job: every pod is a worker with one process, and worker 0 is where they meet. */
export type JaxProps = WorkerProps;

const CONTAINER = 'jax';

export function jax(props: JaxProps): JobFramework {
  const { replicas = 1, ...worker } = props;
  return {
    definition: JAX_JOB_DEFINITION,
    resource: JAXJob,
    render(runPolicy, context) {
      const { specs, ...rest } = renderRoles(CONTAINER, {}, [{ type: 'Worker', path: '', props }], context);
      return {
        spec: { ...(Object.keys(runPolicy).length > 0 && { runPolicy }), jaxReplicaSpecs: { ...specs } },
        ...rest,
      };
    },
    problems: () => [
      ...(worker.image ? [] : ["a JAX job has no image: set 'image'"]),
      ...countProblems('replicas', replicas),
    ],
  };
}
