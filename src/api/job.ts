import * as z from 'zod';
import { attemptStatus, failureRecord, restartScope } from './attempts.ts';
import { checkpointPolicy } from './checkpoint.ts';
import type { ResourceDefinition } from './crd.ts';
import type { Kind, KubeObject } from './kube.ts';
import { MANAGED_BY_MULTIKUEUE, MANAGED_BY_TRAINING_OPERATOR } from './labels.ts';
import { podTemplate } from './pod-template.ts';
import {
  type CelRule,
  cel,
  immutable,
  int32,
  int64,
  labelSelector,
  oneOf,
  resourceList,
  stored,
  text,
  time,
} from './schema.ts';
import { trainerStatus } from './trainer-status.ts';
import { REMEMBERED_FAILURES } from './training-contract.ts';

/** What all the training jobs of `kubeflow.org/v1` have in common. */

export const RESTART_POLICIES = ['Always', 'OnFailure', 'Never', 'ExitCode'] as const;
export const CLEAN_POD_POLICIES = ['All', 'Running', 'None'] as const;

const schedulingPolicy = () =>
  z.object({
    minAvailable: int32(0).optional(),
    minResources: resourceList().optional(),
    priorityClass: z.string().optional(),
    queue: immutable(text(), 'spec.runPolicy.schedulingPolicy.queue').optional(),
    scheduleTimeoutSeconds: int32(0).optional(),
  });

/**
 * How a job is run and cleaned away. The apiserver stores `{ suspend: false }` when it is left out, because upstream's
 * Python client reads it without asking whether it is there.
 * @param managers - values of `managedBy` that mean us
 */
export const runPolicy = (managers: readonly string[] = [MANAGED_BY_TRAINING_OPERATOR]) =>
  stored(
    cel(
      z.object({
        activeDeadlineSeconds: int64(0).optional(),
        backoffLimit: int32(0).optional(),
        cleanPodPolicy: oneOf(text(16), 'spec.runPolicy.cleanPodPolicy', ['', ...CLEAN_POD_POLICIES]).optional(),
        /** Ours. */
        restartScope: restartScope(),
        /** Ours. */
        checkpoint: checkpointPolicy().optional(),
        /** Ours: a job that has reported progress, and then reports none for so long, hangs: its attempt has failed. */
        progressDeadlineSeconds: int32(1).optional(),
        managedBy: oneOf(text(), 'spec.runPolicy.managedBy', [...managers, MANAGED_BY_MULTIKUEUE]).optional(),
        schedulingPolicy: schedulingPolicy().optional(),
        suspend: stored(z.boolean(), false),
        ttlSecondsAfterFinished: int32(0).optional(),
      }),
      {
        rule: 'has(self.managedBy) == has(oldSelf.managedBy) && (!has(self.managedBy) || self.managedBy == oldSelf.managedBy)',
        message: 'spec.runPolicy.managedBy is immutable: delete the job and create it anew',
      },
      {
        rule: 'has(self.restartScope) == has(oldSelf.restartScope) && (!has(self.restartScope) || self.restartScope == oldSelf.restartScope)',
        message: 'spec.runPolicy.restartScope is immutable: delete the job and create it anew',
      },
    ),
    {},
  );

export interface ReplicaSpecOptions {
  /** The container that the framework runs in. @default - any name will do */
  readonly mainContainer?: string;
}

/** One kind of pod of a job, and how many of them. */
export const replicaSpec = (options: ReplicaSpecOptions = {}) =>
  cel(
    z.object({
      replicas: int32(0).optional(),
      restartPolicy: oneOf(text(16), 'restartPolicy', ['', ...RESTART_POLICIES]).optional(),
      template: podTemplate().optional(),
    }),
    ...containerRules(options.mainContainer),
  );

const HAS_CONTAINERS = 'has(self.template) && has(self.template.spec) && has(self.template.spec.containers)';

function containerRules(mainContainer: string | undefined): readonly CelRule[] {
  const rules: CelRule[] = [
    {
      rule: `${HAS_CONTAINERS} && size(self.template.spec.containers) > 0`,
      message: 'template.spec.containers must have at least one container',
    },
    {
      rule: `!(${HAS_CONTAINERS}) || self.template.spec.containers.all(c, has(c.image) && c.image != '')`,
      message: 'template.spec.containers: every container needs an image',
    },
  ];
  if (!mainContainer) return rules;
  return [
    ...rules,
    {
      rule: `!(${HAS_CONTAINERS}) || self.template.spec.containers.exists(c, c.name == '${mainContainer}')`,
      message: `template.spec.containers must have at least one container with name ${mainContainer}: name the one that trains so`,
    },
  ];
}

export interface ReplicaSpecsOptions {
  /** Where the map stands under `spec`, such as `pytorchReplicaSpecs`. */
  readonly field: string;
  /** The keys it may have, spelled exactly so. */
  readonly types: readonly string[];
  /** Those of them that have one pod. @default - none */
  readonly single?: readonly string[];
  /** Those of them that must be there. @default - any one will do */
  readonly required?: readonly string[];
  /** Those of them that need a pod when they are there. @default - all that are not single */
  readonly atLeastOne?: readonly string[];
  /** Takes the keys in lower and in upper case too. @default false */
  readonly anyCase?: boolean;
  /** The container that the framework runs in. @default - any name will do */
  readonly mainContainer?: string;
}

/** The pods of a job, by replica type. */
export const replicaSpecs = ({ field, types, single = [], mainContainer, ...options }: ReplicaSpecsOptions) => {
  const path = `spec.${field}`;
  const many = types.filter((type) => !single.includes(type));
  const { required = [], atLeastOne = many, anyCase = false } = options;
  const keys = anyCase ? types.flatMap(spellings) : types;
  return cel(
    z.record(text(63), replicaSpec(mainContainer ? { mainContainer } : {})).meta({ maxProperties: 16 }),
    { rule: 'size(self) > 0', message: `${path} is required: give it a ${alternatives(types)}` },
    {
      rule: `self.all(type, type in ${list(keys)})`,
      message: `${path} may only have the ${types.length > 1 ? 'keys' : 'key'} ${types.join(' and ')}${anyCase ? '' : ', spelled exactly so'}`,
    },
    ...required.map((type) => ({
      rule: `size(self) == 0 || '${type}' in self`,
      message: `${path}[${type}] is required: the job has succeeded when it has`,
    })),
    ...single.map((type) => ({
      rule: countRule(type, '== 1'),
      message: `${path}[${type}].replicas must be 1${many[0] ? `: put further pods under ${many[0]}` : ''}`,
    })),
    ...atLeastOne.map((type) => ({
      rule: anyCase ? spelledCountRule(type) : countRule(type, '>= 1'),
      message: `${path}[${type}].replicas must be at least 1${types.length > 1 ? `: leave ${type} out for a job of one pod` : ''}`,
    })),
  );
};

const countRule = (type: string, rule: string): string =>
  `!('${type}' in self) || !has(self['${type}'].replicas) || self['${type}'].replicas ${rule}`;

const spelledCountRule = (type: string): string =>
  `self.all(type, !(type in ${list(spellings(type))}) || !has(self[type].replicas) || self[type].replicas >= 1)`;

/** A list of texts in the Common Expression Language. */
export const list = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`;

/**
 * How a key may be spelled where case does not matter. Listed, because folding a key of unknown length would cost more
 * than an apiserver allows a rule.
 */
export const spellings = (type: string): readonly string[] => [
  ...new Set([type, type.toLowerCase(), type.toUpperCase()]),
];

/** `Worker`, or `Master, a Worker, or both`. */
function alternatives(types: readonly string[]): string {
  if (types.length === 1) return types.join();
  return `${types.join(', a ')}, or ${types.length === 2 ? 'both' : 'several of them'}`;
}

/** What a job's name must satisfy, because pods, Services and host names are derived from it. */
export function jobNameRules(replicaSpecsField: string): readonly CelRule[] {
  const specs = `self.spec.${replicaSpecsField}`;
  const digits = `size(string(has(${specs}[t].replicas) && ${specs}[t].replicas > 0 ? ${specs}[t].replicas - 1 : 0))`;
  return [
    { rule: 'has(self.spec)', message: `spec.${replicaSpecsField} is required` },
    {
      rule: "size(self.metadata.name) <= 63 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
      message:
        'metadata.name must be a DNS-1035 label: at most 63 lower-case letters, digits and dashes, a letter first, no dash last',
    },
    {
      rule: `!has(self.spec) || ${specs}.all(t, size(self.metadata.name) + size(t) + 2 + ${digits} <= 63)`,
      message:
        'metadata.name is too long: the names of its pods (name, replica type, index) are host names of at most 63 characters; shorten it',
    },
  ];
}

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastUpdateTime: time().optional(),
  lastTransitionTime: time().optional(),
});

const replicaStatus = z.object({
  active: int32().optional(),
  succeeded: int32().optional(),
  failed: int32().optional(),
  selector: z.string().optional(),
  labelSelector: labelSelector().optional(),
  /** Ours: failed pods that were replaced since the job started; they count towards the backoff limit. */
  restarts: int32().optional(),
});

/** What the controller writes under `status`. */
export const jobStatus = () =>
  z.object({
    conditions: z.array(condition).optional(),
    replicaStatuses: z.record(z.string(), replicaStatus).optional(),
    startTime: time().optional(),
    completionTime: time().optional(),
    lastReconcileTime: time().optional(),
    /** Ours: what the training program reports, as in Trainer v2. */
    trainerStatus: trainerStatus().optional(),
    /** Ours: when the last report came, by the controller's clock. */
    lastProgressTime: time().optional(),
    /** Ours: UIDs of failed pods that are counted in `restarts` and may not be gone yet. */
    replacedPods: z.array(z.string()).optional(),
    /** Ours: which attempt is under way. */
    attempt: attemptStatus().optional(),
    /** Ours: the latest failures, oldest first. */
    lastFailures: z.array(failureRecord).max(REMEMBERED_FAILURES).optional(),
  });

export interface JobDefinitionOptions {
  readonly kind: Kind;
  readonly spec: z.ZodType;
  /** Where the pods stand under `spec`. */
  readonly replicaSpecsField: string;
  /** The replica type whose number the scale subresource reads and writes. @default - the kind has none */
  readonly scales?: string;
}

/** What the CustomResourceDefinition of a training job says. */
export function jobDefinition({ kind, spec, replicaSpecsField, scales }: JobDefinitionOptions): ResourceDefinition {
  return {
    kind,
    spec,
    status: jobStatus(),
    rules: jobNameRules(replicaSpecsField),
    columns: [
      { name: 'State', type: 'string', jsonPath: '.status.conditions[-1:].type' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
    ...(scales && {
      scale: {
        specReplicasPath: `.spec.${replicaSpecsField}.${scales}.replicas`,
        statusReplicasPath: `.status.replicaStatuses.${scales}.active`,
        labelSelectorPath: `.status.replicaStatuses.${scales}.selector`,
      },
    }),
  };
}

export type RunPolicy = NonNullable<z.input<ReturnType<typeof runPolicy>>>;
export type SchedulingPolicy = z.input<ReturnType<typeof schedulingPolicy>>;
export type ReplicaSpec = z.input<ReturnType<typeof replicaSpec>>;
export type JobCondition = z.input<typeof condition>;
export type ReplicaStatus = z.input<typeof replicaStatus>;
export type JobStatus = z.input<ReturnType<typeof jobStatus>>;

/** A training job as the API has it. */
export interface TrainingJob<S> extends KubeObject {
  readonly spec: S;
  readonly status?: JobStatus;
}
