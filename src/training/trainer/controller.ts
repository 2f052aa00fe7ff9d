import { CLUSTER_TRAINING_RUNTIME, CONFIG_MAP, JOB_SET, SECRET, TRAIN_JOB, TRAINING_RUNTIME } from '../../api/kinds.ts';
import type { Kind, KubeObject } from '../../api/kube.ts';
import { TRAIN_JOB_LABEL } from '../../api/labels.ts';
import type { TrainJob } from '../../api/train-job.ts';
import type { Domain, Permission } from '../../runtime/domain.ts';
import type { TrainingOptions } from '../options.ts';
import { PROGRESS_GAUGES, progressSamples } from '../progress/gauges.ts';
import { TRAINER_ADMISSION } from './admission.ts';
import { isSnapshot, runtimeKey, runtimeKind } from './blueprint.ts';
import { drawTrainerKeys } from './companions.ts';
import { podGroupKind } from './gang.ts';
import { CLUSTER_RUNTIMES, FINISHED_COUNTER, planTrainJob, RUNTIMES } from './plan.ts';

/** TrainJobs: each becomes a JobSet by the runtime that it refers to. */
export function trainerDomain(options: TrainingOptions = {}): Domain {
  const group = podGroupKind(options);
  const domain: Domain<TrainJob> = {
    kind: TRAIN_JOB,
    owns: [
      { kind: JOB_SET, update: 'patch' },
      { kind: CONFIG_MAP, labelSelector: TRAIN_JOB_LABEL, update: 'never', stays: true },
      { kind: SECRET, update: 'never', draw: drawTrainerKeys },
      ...(group ? [{ kind: group, update: 'patch', optional: true } as const] : []),
    ],
    reads: [
      { name: RUNTIMES, kind: TRAINING_RUNTIME, keys: keysOf(TRAINING_RUNTIME) },
      { name: CLUSTER_RUNTIMES, kind: CLUSTER_TRAINING_RUNTIME, keys: keysOf(CLUSTER_TRAINING_RUNTIME) },
    ],
    permissions: [...PERMISSIONS, ...(group ? [dependant(group, 'patch', 'delete')] : [])],
    counters: [
      { name: FINISHED_COUNTER, help: 'TrainJobs that came to their end', labels: ['job_namespace', 'outcome'] },
    ],
    gauges: PROGRESS_GAUGES,
    samples: (job) => progressSamples('trainjob', job),
    admission: TRAINER_ADMISSION,
    plan: (observed, now) => planTrainJob(observed, now, options),
  };
  return domain as Domain;
}

/** Once there is a copy, the original does not matter any more. */
const keysOf = (kind: Kind) => (job: TrainJob, children: readonly KubeObject[]) =>
  runtimeKind(job) === kind && !children.some((child) => isSnapshot(job, child)) ? [runtimeKey(job)] : [];

const dependant = (kind: Kind, ...more: readonly ('patch' | 'delete')[]): Permission => ({
  group: kind.group,
  resource: kind.plural,
  verbs: ['list', 'watch', 'create', ...more],
});

const read = ({ group, plural }: Kind): Permission => ({ group, resource: plural, verbs: ['list', 'watch'] });

const PERMISSIONS: readonly Permission[] = [
  read(TRAIN_JOB),
  { group: TRAIN_JOB.group, resource: `${TRAIN_JOB.plural}/status`, verbs: ['patch'] },
  { group: TRAIN_JOB.group, resource: `${TRAIN_JOB.plural}/finalizers`, verbs: ['update'] },
  read(TRAINING_RUNTIME),
  read(CLUSTER_TRAINING_RUNTIME),
  dependant(JOB_SET, 'patch', 'delete'),
  dependant(CONFIG_MAP),
  { group: SECRET.group, resource: SECRET.plural, verbs: ['create'] },
];
