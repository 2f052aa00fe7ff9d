import { PYTORCH_JOB } from '../../api/kinds.ts';
import type { PyTorchJobSpec } from '../../api/kubeflow-org.ts';
import { autoscalingOf } from '../elastic-bounds.ts';
import { pytorchEnvironment } from '../environment/pytorch.ts';
import { type Job, replicaOf } from '../job.ts';
import type { JobKind, Progress } from '../job-kind.ts';
import type { Tally } from '../pod-state.ts';
import { progressOf } from './progress.ts';

const PORT = { name: 'pytorchjob-port', number: 23456 } as const;

/** PyTorchJob: an optional Master and Workers that meet through torch.distributed or torchrun. */
export const pytorch: JobKind<PyTorchJobSpec> = {
  kind: PYTORCH_JOB,
  framework: 'pytorch',
  replicaTypes: ['Master', 'Worker'],
  mainContainer: 'pytorch',
  port: PORT,
  defaultRestartPolicy: 'OnFailure',

  runPolicyOf: (spec) => spec.runPolicy,
  replicaSpecsOf: (spec) => spec.pytorchReplicaSpecs,

  isMaster(job, { type, index }) {
    return replicaOf(job, 'Master') ? type === 'Master' : index === 0;
  },
  environment: (job, replica) => pytorchEnvironment(job, replica, PORT),
  progress,
  autoscaling: (job) => autoscalingOf(job, job.spec.elasticPolicy),
};

/** The Master decides; without one all workers do, or any worker of an elastic job. */
function progress(job: Job<PyTorchJobSpec>, tally: Tally): Progress {
  if (replicaOf(job, 'Master')) {
    return progressOf(PYTORCH_JOB, job, tally, { type: 'Master', wording: 'name only' });
  }
  const enough = job.spec.elasticPolicy ? { enough: 1 } : {};
  return progressOf(PYTORCH_JOB, job, tally, { type: 'Worker', wording: 'with namespace', ...enough });
}
