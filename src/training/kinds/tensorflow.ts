import { TF_JOB } from '../../api/kinds.ts';
import type { TFJobSpec } from '../../api/kubeflow-org.ts';
import { phaseOf } from '../../api/pod-phase.ts';
import { tensorflowEnvironment } from '../environment/tensorflow.ts';
import { type Job, replicaOf } from '../job.ts';
import type { JobKind, Progress } from '../job-kind.ts';
import type { Roster, Tally } from '../pod-state.ts';
import { progressOf, successOf } from './progress.ts';

const PORT = { name: 'tfjob-port', number: 2222 } as const;

/** TFJob: an optional Chief (or Master, its older name), Workers, parameter servers and an Evaluator. */
export const tensorflow: JobKind<TFJobSpec> = {
  kind: TF_JOB,
  framework: 'tensorflow',
  replicaTypes: ['Chief', 'Master', 'Worker', 'PS', 'Evaluator'],
  mainContainer: 'tensorflow',
  port: PORT,
  defaultRestartPolicy: 'Never',

  runPolicyOf: (spec) => spec.runPolicy,
  replicaSpecsOf: (spec) => spec.tfReplicaSpecs,
  isMaster: (job, { type, index }) => (type === 'Worker' ? !leaderOf(job) && index === 0 : type === leaderOf(job)),
  environment: (job, replica, hostOf) => tensorflowEnvironment(job, replica, PORT, hostOf),
  environmentIn: 'main',
  progress,

  /** Dynamic workers may fail, as long as somebody is left to bring the job to its end. */
  toleratesFailures(job, { type, count }, { succeeded, failed }) {
    if (!job.spec.enableDynamicWorker || type !== 'Worker') return false;
    return leaderOf(job) !== undefined || succeeded + failed < count;
  },
  failureMessage: ({ namespace, name }, type, failed) =>
    `TFJob ${namespace}/${name} has failed because ${failed} ${type} replica(s) failed.`,
};

const leaderOf = (job: Job): string | undefined => ['Chief', 'Master'].find((type) => replicaOf(job, type));

/** The Chief or Master decides; without one worker 0 does, or all workers where the success policy says so. */
function progress(job: Job<TFJobSpec>, tally: Tally, roster: Roster): Progress {
  const type = leaderOf(job) ?? 'Worker';
  const decider = { type, wording: 'with namespace' } as const;
  const alone = type === 'Worker' && job.spec.successPolicy !== 'AllWorkers';
  return alone && hasSucceeded(roster) ? successOf(TF_JOB, job, decider) : progressOf(TF_JOB, job, tally, decider);
}

const hasSucceeded = ({ seats }: Roster): boolean =>
  seats.some(({ type, index, pod }) => type === 'Worker' && index === 0 && pod && phaseOf(pod) === 'Succeeded');
