import * as z from 'zod';
import type { ResourceDefinition } from './crd.ts';
import { TRAIN_JOB } from './kinds.ts';
import type { KubeObject } from './kube.ts';
import { MANAGED_BY_MULTIKUEUE, MANAGED_BY_TRAINJOB_CONTROLLER } from './labels.ts';
import { type MetaCondition, metaCondition } from './meta-condition.ts';
import { envVar } from './pod-template.ts';
import { podSpecOverride, podTemplateOverride, runtimePatch } from './runtime-patch.ts';
import {
  atomicList,
  atomicObject,
  cel,
  immutable,
  int32,
  int64,
  intOrString,
  listMap,
  oneOf,
  resourceList,
  stored,
  stringMap,
  text,
} from './schema.ts';
import { trainerStatus } from './trainer-status.ts';

/** TrainJob of `trainer.kubeflow.org/v1alpha1`: what a user asks of a training runtime. */

const runtimeRef = z.object({
  name: text().min(1),
  apiGroup: stored(text(), TRAIN_JOB.group),
  kind: stored(text(), 'ClusterTrainingRuntime'),
});

const env = () => listMap(envVar, 'name', 128);

const source = (path: string) =>
  z.object({
    storageUri: cel(text(2048), {
      rule: "self == '' || self.matches('^[A-Za-z][A-Za-z0-9+.-]*://.+$')",
      message: `${path}.storageUri may be empty, or it must be a valid URI (scheme://...)`,
    }).optional(),
    env: env().optional(),
    secretRef: atomicObject({ name: stored(text(), '') }).optional(),
  });

const initializer = z.object({
  dataset: source('spec.initializer.dataset').optional(),
  model: source('spec.initializer.model').optional(),
});

const resources = z.object({
  claims: listMap(z.object({ name: z.string(), request: z.string().optional() }), 'name').optional(),
  limits: resourceList().optional(),
  requests: resourceList().optional(),
});

const trainer = z.object({
  image: text(500).optional(),
  command: atomicList(text(1_048_576), 128).optional(),
  args: atomicList(text(1_048_576), 128).optional(),
  env: env().optional(),
  numNodes: int32(0).optional(),
  resourcesPerNode: resources.optional(),
  /** Trainer 2.0 and 2.1 also took `auto`, `cpu` and `gpu`. */
  numProcPerNode: cel(intOrString(), {
    rule: "type(self) == int ? self >= 1 : self in ['auto', 'cpu', 'gpu'] || self.matches('^[1-9][0-9]{0,8}$')",
    message: 'spec.trainer.numProcPerNode must be a positive number',
  }).optional(),
});

const SUSPENDED = 'has(self.suspend) && self.suspend || has(oldSelf.suspend) && oldSelf.suspend';
const SAME_PATCHES =
  'has(self.runtimePatches) == has(oldSelf.runtimePatches) && (!has(self.runtimePatches) || self.runtimePatches == oldSelf.runtimePatches)';

/** What a user writes under `spec` of a TrainJob. */
export const trainJobSpec = cel(
  z.object({
    runtimeRef: immutable(runtimeRef, 'spec.runtimeRef'),
    initializer: immutable(initializer, 'spec.initializer').optional(),
    trainer: immutable(trainer, 'spec.trainer').optional(),
    runtimePatches: listMap(runtimePatch(), 'manager', 16).optional(),
    suspend: stored(z.boolean(), false),
    activeDeadlineSeconds: immutable(int64(1), 'spec.activeDeadlineSeconds').optional(),
    managedBy: stored(
      immutable(
        oneOf(text(), 'spec.managedBy', [MANAGED_BY_TRAINJOB_CONTROLLER, MANAGED_BY_MULTIKUEUE]),
        'spec.managedBy',
      ),
      MANAGED_BY_TRAINJOB_CONTROLLER,
    ),
    /** Before Trainer 2.2; now `metadata` of a patch. */
    labels: stringMap().optional(),
    annotations: stringMap().optional(),
    podSpecOverrides: z.array(podSpecOverride()).max(16).optional(),
    podTemplateOverrides: z.array(podTemplateOverride()).max(16).optional(),
  }),
  ...['initializer', 'trainer', 'activeDeadlineSeconds'].map((field) => ({
    rule: `has(self.${field}) == has(oldSelf.${field})`,
    message: `spec.${field} is immutable: it cannot be added or taken away either; create the TrainJob anew`,
  })),
  {
    rule: `${SUSPENDED} || (${SAME_PATCHES})`,
    message: 'spec.runtimePatches can only be modified when the TrainJob is suspended before or after the update',
    fieldPath: '.runtimePatches',
  },
);

const jobStatus = z.object({
  name: text().min(1),
  ready: int32(0),
  succeeded: int32(0),
  failed: int32(0),
  active: int32(0),
  suspended: int32(0),
});

const trainJobStatus = z.object({
  conditions: listMap(metaCondition(), 'type', 8).optional(),
  jobsStatus: listMap(jobStatus, 'name', 100).optional(),
  trainerStatus: trainerStatus().optional(),
});

export const TRAIN_JOB_DEFINITION: ResourceDefinition = {
  kind: TRAIN_JOB,
  spec: trainJobSpec,
  status: trainJobStatus,
  rules: [
    {
      rule: "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
      message:
        'metadata.name must match RFC 1035 DNS label format: lower-case letters, digits and dashes, a letter first, no dash last',
    },
    { rule: 'size(self.metadata.name) <= 63', message: 'metadata.name must be no more than 63 characters' },
  ],
  columns: [
    { name: 'State', type: 'string', jsonPath: '.status.conditions[-1:].type' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
};

export type TrainJobSpec = z.input<typeof trainJobSpec>;
export type TrainJobStatus = z.input<typeof trainJobStatus>;
export type TrainJobCondition = MetaCondition;
export type JobsStatus = z.input<typeof jobStatus>;
export type Trainer = z.input<typeof trainer>;
export type Initializer = z.input<typeof initializer>;
export type InitializerSource = NonNullable<Initializer['dataset']>;

export interface TrainJob extends KubeObject {
  readonly spec: TrainJobSpec;
  readonly status?: TrainJobStatus;
}
