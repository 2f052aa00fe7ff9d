import { JAX_JOB } from '../../api/kinds.ts';
import type { JAXJobSpec } from '../../api/kubeflow-org.ts';
import { jaxEnvironment } from '../environment/jax.ts';
import type { JobKind } from '../job-kind.ts';
import { progressOf } from './progress.ts';

const PORT = { name: 'jaxjob-port', number: 6666 } as const;

/** JAXJob: Workers only, one process each, that meet at worker 0; done when all of them are. */
export const jax: JobKind<JAXJobSpec> = {
  kind: JAX_JOB,
  framework: 'jax',
  replicaTypes: ['Worker'],
  mainContainer: 'jax',
  port: PORT,
  defaultRestartPolicy: 'Never',

  runPolicyOf: (spec) => spec.runPolicy,
  replicaSpecsOf: (spec) => spec.jaxReplicaSpecs,
  isMaster: (_job, { index }) => index === 0,
  environment: (job, replica) => jaxEnvironment(job, replica, PORT),
  progress: (job, tally) => progressOf(JAX_JOB, job, tally, { type: 'Worker', wording: 'with namespace' }),
};
