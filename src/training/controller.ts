import { HORIZONTAL_POD_AUTOSCALER, NODE, PERSISTENT_VOLUME_CLAIM, POD, SERVICE, TOKEN_REVIEW } from '../api/kinds.ts';
import type { Kind } from '../api/kube.ts';
import { OPERATOR_NAME_LABEL } from '../api/labels.ts';
import type { CounterSpec, Domain, OwnedKind, Permission } from '../runtime/domain.ts';
import { type GangScheduler, gangScheduler } from './gang.ts';
import type { JobKind, TrainingObject } from './job-kind.ts';
import { jobSetDomains } from './jobset/controller.ts';
import { JOB_KINDS } from './kinds/index.ts';
import { NODE_FIELDS, nodesOfInterest } from './node-loss.ts';
import type { TrainingOptions } from './options.ts';
import { planJob } from './plan.ts';
import { POD_FIELDS } from './pod-state.ts';
import { PROGRESS_GAUGES, progressSamples } from './progress/gauges.ts';
import { NODES_LOOKUP } from './scene.ts';
import { trainerDomain } from './trainer/controller.ts';

export type { TrainingOptions } from './options.ts';

/** Everything that trains: the training jobs, and the JobSets that some of them become. */
export const trainingDomains = (options: TrainingOptions = {}): Domain[] => [
  ...trainingJobDomains(options),
  ...jobSetDomains(),
];

/** The training jobs, one domain for each kind. */
export function trainingJobDomains(options: TrainingOptions = {}): Domain[] {
  return [...JOB_KINDS.map((kind) => domainOf(kind, options) as Domain), trainerDomain(options)];
}

function domainOf<S>(kind: JobKind<S>, options: TrainingOptions): Domain<TrainingObject<S>> {
  const gang = gangScheduler(options.gangScheduler);
  return {
    kind: kind.kind,
    owns: ownedKinds(kind, gang),
    reads: [
      ...(kind.extension?.reads ?? []),
      {
        name: NODES_LOOKUP,
        kind: NODE,
        fields: NODE_FIELDS,
        keys: (_job, children, found) => nodesOfInterest([...children, ...Object.values(found).flat()]),
      },
    ],
    permissions: permissionsOf(kind, gang),
    counters: COUNTERS,
    gauges: PROGRESS_GAUGES,
    samples: (job) => progressSamples(kind.framework, job),
    plan: planJob(kind, options),
  };
}

function ownedKinds<S>(kind: JobKind<S>, gang: GangScheduler | undefined): readonly OwnedKind[] {
  return [
    { kind: POD, fields: POD_FIELDS, labelSelector: OPERATOR_NAME_LABEL, update: 'never' },
    { kind: SERVICE, fields: ['spec.clusterIP'], labelSelector: OPERATOR_NAME_LABEL, update: 'never' },
    {
      kind: PERSISTENT_VOLUME_CLAIM,
      fields: ['spec.volumeName'],
      labelSelector: OPERATOR_NAME_LABEL,
      update: 'never',
    },
    ...(kind.autoscaling
      ? [
          {
            kind: HORIZONTAL_POD_AUTOSCALER,
            fields: ['spec'],
            labelSelector: OPERATOR_NAME_LABEL,
            update: 'patch',
          } as const,
        ]
      : []),
    ...(gang ? [{ kind: gang.kind, update: gang.update, optional: true } as const] : []),
    ...(kind.extension?.owns ?? []),
  ];
}

function permissionsOf<S>(kind: JobKind<S>, gang: GangScheduler | undefined): readonly Permission[] {
  const { kind: job } = kind;
  const dependant = (owned: Kind, ...more: readonly 'patch'[]): Permission => ({
    group: owned.group,
    resource: owned.plural,
    verbs: ['list', 'watch', 'create', 'delete', ...more],
  });
  return [
    { group: job.group, resource: job.plural, verbs: ['list', 'watch', 'delete'] },
    { group: job.group, resource: `${job.plural}/status`, verbs: ['patch'] },
    { group: job.group, resource: `${job.plural}/finalizers`, verbs: ['update'] },
    { group: TOKEN_REVIEW.group, resource: TOKEN_REVIEW.plural, verbs: ['create'] },
    dependant(POD),
    dependant(SERVICE),
    { group: '', resource: PERSISTENT_VOLUME_CLAIM.plural, verbs: ['list', 'watch', 'create'] },
    { group: NODE.group, resource: NODE.plural, verbs: ['list', 'watch'] },
    ...(kind.autoscaling ? [dependant(HORIZONTAL_POD_AUTOSCALER, 'patch')] : []),
    ...(gang ? [dependant(gang.kind, ...(gang.update === 'patch' ? (['patch'] as const) : []))] : []),
    ...(kind.extension?.owns ?? []).map(companionPermission),
    ...(kind.extension?.permissions ?? []),
  ];
}

const companionPermission = ({ kind, update, draw, stays }: OwnedKind): Permission => ({
  group: kind.group,
  resource: kind.plural,
  verbs: draw
    ? ['create']
    : [
        'list',
        'watch',
        'create',
        ...(stays ? [] : (['delete'] as const)),
        ...(update === 'patch' ? (['patch'] as const) : []),
      ],
});

const PER_JOB = ['job_namespace', 'framework'];
const jobCounter = (word: string, help: string): CounterSpec => ({
  name: `training_operator_jobs_${word}_total`,
  help,
  labels: PER_JOB,
});

const COUNTERS: readonly CounterSpec[] = [
  jobCounter('created', 'Training jobs seen for the first time'),
  jobCounter('deleted', 'Training jobs deleted when their time to live ran out'),
  jobCounter('successful', 'Training jobs that succeeded'),
  jobCounter('failed', 'Training jobs that failed'),
  jobCounter('restarted', 'Failed pods of training jobs that were replaced'),
  { name: 'created_pods_total', help: 'Pods created for training jobs', labels: [] },
  { name: 'deleted_pods_total', help: 'Pods of training jobs deleted by the controller', labels: [] },
  { name: 'succeeded_service_creation_total', help: 'Services created for training jobs', labels: [] },
  { name: 'deleted_pod_groups_total', help: 'Pod groups of training jobs deleted', labels: [] },
];
