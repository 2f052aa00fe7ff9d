import type { JobStatus } from '../../api/job.ts';
import { controllerOf, type KubeObject } from '../../api/kube.ts';
import { JOB_NAME_LABEL, REPLICA_INDEX_LABEL, REPLICA_TYPE_LABEL } from '../../api/labels.ts';
import { resolve } from '../../training/defaults.ts';
import type { JobKind, TrainingObject } from '../../training/job-kind.ts';
import { JOB_KINDS } from '../../training/kinds/index.ts';
import type { ReplicaCount, TrainKind } from './train-kind.ts';

/** The jobs of `kubeflow.org`, as `armature train` sees them. */
export const V1_KINDS: readonly TrainKind[] = JOB_KINDS.map(trainKindOf);

const NAMES: ReadonlySet<string> = new Set(JOB_KINDS.map(({ kind }) => kind.kind));

function trainKindOf(jobKind: JobKind): TrainKind {
  const { kind } = jobKind;
  return {
    kind,
    succeeded: 'Succeeded',
    podSelector: (job) => `${JOB_NAME_LABEL}=${job.metadata.name}`,
    owns: (job, pod) => isOwn(job, pod),
    order: ({ metadata: { labels } }) => [
      jobKind.replicaTypes.findIndex((type) => type.toLowerCase() === labels?.[REPLICA_TYPE_LABEL]),
      Number(labels?.[REPLICA_INDEX_LABEL] ?? 0),
    ],
    mainContainer: (pod) => mainContainerOf(jobKind, pod),
    replicas: (job) => replicasOf(jobKind, job),
    restarts: (job) =>
      Object.values(statusOf(job).replicaStatuses ?? {}).reduce((sum, { restarts = 0 }) => sum + restarts, 0),
    isSuspended: (job) => resolve(jobKind, job as TrainingObject).runPolicy.suspend,
    suspension: (suspend) => ({ spec: { runPolicy: { suspend } } }),
    scaling: { through: 'scale' },
  };
}

/** Jobs of two kinds may have one name; pods of a launcher's own Job belong to it too. */
function isOwn(job: KubeObject, pod: KubeObject): boolean {
  const controller = controllerOf(pod);
  return !controller || controller.uid === job.metadata.uid || !NAMES.has(controller.kind);
}

function mainContainerOf({ mainContainer }: JobKind, pod: KubeObject): string | undefined {
  const { containers = [] } = (pod.spec ?? {}) as { readonly containers?: readonly { readonly name: string }[] };
  return (containers.find(({ name }) => name === mainContainer) ?? containers[0])?.name;
}

const statusOf = (job: KubeObject): JobStatus => (job.status ?? {}) as JobStatus;

function replicasOf(jobKind: JobKind, job: KubeObject): readonly ReplicaCount[] {
  const counts = statusOf(job).replicaStatuses ?? {};
  return resolve(jobKind, job as TrainingObject).replicas.map(({ type, count }) => {
    const { active = 0, succeeded = 0, failed = 0 } = counts[type] ?? {};
    return { type, place: jobKind.replicaTypes.indexOf(type), wanted: count, active, succeeded, failed };
  });
}
