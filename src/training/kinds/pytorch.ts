import { PYTORCH_JOB } from '../../api/kinds.ts';
import type { PyTorchJobSpec } from '../../api/kubeflow-org.ts';
import { elasticBounds, pytorchEnvironment } from '../environment/pytorch.ts';
import { type Job, replicaOf } from '../job.ts';
import type { JobKind, Progress } from '../job-kind.ts';
import { countOf, type Tally } from '../pod-state.ts';

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
  autoscaling(job) {
    const metrics = job.spec.elasticPolicy?.metrics;
    if (!metrics || metrics.length === 0) return undefined;
    const { min, max } = elasticBounds(job);
    return { minReplicas: min, maxReplicas: max, metrics };
  },
};

/** The Master decides; without one all workers do, or any worker of an elastic job. */
function progress(job: Job<PyTorchJobSpec>, tally: Tally): Progress {
  const master = replicaOf(job, 'Master');
  const leader = master ?? replicaOf(job, 'Worker');
  if (!leader) return { stage: 'waiting', message: '' };

  const { active, succeeded } = countOf(tally, leader.type);
  const enough = !master && job.spec.elasticPolicy ? 1 : leader.count;
  const kind = PYTORCH_JOB.kind;
  if (succeeded >= enough) {
    const message = master
      ? `${kind} ${job.name} is successfully completed.`
      : `${kind} ${job.namespace}/${job.name} successfully completed.`;
    return { stage: 'succeeded', message };
  }
  if (active === 0) return { stage: 'waiting', message: '' };
  const name = master ? job.name : `${job.namespace}/${job.name}`;
  return { stage: 'running', message: `${kind} ${name} is running.` };
}
