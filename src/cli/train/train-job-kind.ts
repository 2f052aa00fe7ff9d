import { COMPLETION_INDEX_ANNOTATION } from '../../api/batch.ts';
import { TRAIN_JOB } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import { JOB_SET_NAME_LABEL, REPLICATED_JOB_NAME_LABEL } from '../../api/labels.ts';
import type { TrainJobSpec, TrainJobStatus } from '../../api/train-job.ts';
import type { ReplicaCount, TrainKind } from './train-kind.ts';

const NODE = 'node';
/** By rank: who starts the processes, who trains, and then whatever prepares. */
const STEPS = ['launcher', NODE, 'dataset-initializer', 'model-initializer'];

const placeOf = (step: string): number => (STEPS.includes(step) ? STEPS.indexOf(step) : STEPS.length);
const stepOf = ({ metadata }: KubeObject): string => metadata.labels?.[REPLICATED_JOB_NAME_LABEL] ?? NODE;
const indexOf = ({ metadata }: KubeObject): number => Number(metadata.labels?.[COMPLETION_INDEX_ANNOTATION] ?? 0);
const statusOf = (job: KubeObject): TrainJobStatus => (job.status ?? {}) as TrainJobStatus;

/** TrainJobs, as `armature train` sees them: the pods are those of their JobSet. */
export const TRAIN_JOB_KIND: TrainKind = {
  kind: TRAIN_JOB,
  succeeded: 'Complete',
  podSelector: (job) => `${JOB_SET_NAME_LABEL}=${job.metadata.name}`,
  owns: () => true,
  order: (pod) => [placeOf(stepOf(pod)), indexOf(pod)],
  seat: (pod) => `${stepOf(pod)}-${indexOf(pod)}`,
  mainContainer: (pod) => {
    const { containers = [] } = (pod.spec ?? {}) as { readonly containers?: readonly { readonly name: string }[] };
    return (containers.find(({ name }) => name === NODE) ?? containers[0])?.name;
  },
  replicas: replicasOf,
  restarts: () => 0,
  isRunning: (job) => (statusOf(job).jobsStatus ?? []).some(({ active }) => active > 0),
  isSuspended: (job) => (job.spec as TrainJobSpec).suspend === true,
  suspension: (suspend) => ({ spec: { suspend } }),
};

/** The status counts Jobs, not pods: those of one Job are taken to fare alike. */
function replicasOf(job: KubeObject): readonly ReplicaCount[] {
  const { trainer } = job.spec as TrainJobSpec;
  const nodes = trainer?.numNodes ?? 1;
  const jobs = statusOf(job).jobsStatus ?? [];
  const steps = jobs.some(({ name }) => name === NODE)
    ? jobs
    : [...jobs, { name: NODE, active: 0, succeeded: 0, failed: 0 }];
  return steps
    .map(({ name, active, succeeded, failed }): ReplicaCount => {
      const wanted = name === NODE ? nodes : 1;
      const pods = (count: number) => (count > 0 ? wanted : 0);
      return {
        type: name,
        place: placeOf(name),
        wanted,
        active: pods(active),
        succeeded: pods(succeeded),
        failed: pods(failed),
      };
    })
    .sort((a, b) => a.place - b.place);
}
