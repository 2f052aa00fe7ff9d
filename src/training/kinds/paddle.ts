import { PADDLE_JOB } from '../../api/kinds.ts';
import type { PaddleJobSpec } from '../../api/kubeflow-org.ts';
import { autoscalingOf } from '../elastic-bounds.ts';
import { paddleEnvironment } from '../environment/paddle.ts';
import { replicaOf } from '../job.ts';
import type { JobKind } from '../job-kind.ts';
import type { Decider } from './progress.ts';
import { progressOf } from './progress.ts';

const PORT = { name: 'master', number: 36543 } as const;
const MASTERS: Decider = { type: 'Master', wording: 'name only' };
const WORKERS: Decider = { type: 'Worker', wording: 'with namespace' };

/** PaddleJob: Workers that train collectively, or parameter servers (called Master) with Workers as trainers. */
export const paddle: JobKind<PaddleJobSpec> = {
  kind: PADDLE_JOB,
  framework: 'paddle',
  replicaTypes: ['Master', 'Worker'],
  mainContainer: 'paddle',
  port: PORT,
  defaultRestartPolicy: 'OnFailure',

  runPolicyOf: (spec) => spec.runPolicy,
  replicaSpecsOf: (spec) => spec.paddleReplicaSpecs,
  isMaster: (_job, { type }) => type === 'Master',
  environment: (job, replica) => paddleEnvironment(job, replica, PORT),
  progress: (job, tally) => progressOf(PADDLE_JOB, job, tally, replicaOf(job, 'Master') ? MASTERS : WORKERS),
  autoscaling: (job) => autoscalingOf(job, job.spec.elasticPolicy),
};
