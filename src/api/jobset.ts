import * as z from 'zod';
import { JOB_REASONS } from './batch.ts';
import type { ResourceDefinition } from './crd.ts';
import { jobTemplate } from './job-template.ts';
import { jobSetObjectRules, jobSetSpecRules } from './jobset-rules.ts';
import { JOB_SET } from './kinds.ts';
import type { KubeObject } from './kube.ts';
import { persistentVolumeClaimTemplate } from './persistent-volume-claim.ts';
import { atomicList, cel, immutable, int32, int64, listMap, oneOf, stored, text, time } from './schema.ts';

/** The group `jobset.x-k8s.io/v1alpha2`: several replicated Jobs that start, fail and finish as one. */

export const FAILURE_POLICY_ACTIONS = [
  'FailJobSet',
  'RestartJobSet',
  'RestartJobSetAndIgnoreMaxRestarts',
  'RestartJob',
  'RestartJobAndIgnoreMaxRestarts',
] as const;
export const RESTART_STRATEGIES = ['Recreate', 'BlockingRecreate', 'InPlaceRestart'] as const;
export const DEPENDENCY_STATUSES = ['Ready', 'Complete'] as const;
/** Why a Job can fail, as the Job controller says it. */
export const JOB_FAILURE_REASONS = [
  JOB_REASONS.backoffLimitExceeded,
  JOB_REASONS.deadlineExceeded,
  JOB_REASONS.failedIndexes,
  JOB_REASONS.maxFailedIndexesExceeded,
  JOB_REASONS.podFailurePolicy,
] as const;

/** A bound keeps the cost of rules below what an apiserver allows; each of these may still have any number of Jobs. */
const MAX_REPLICATED_JOBS = 20;
const MAX_RULES = 32;

const name = () => text(63);
const names = () => atomicList(name(), MAX_REPLICATED_JOBS);

const replicatedJob = cel(
  z.object({
    name: cel(name(), {
      rule: "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
      message: 'spec.replicatedJobs[].name must be lower-case letters, digits and dashes, no dash first or last',
    }),
    groupName: stored(
      cel(name(), {
        rule: "self.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        message:
          'spec.replicatedJobs[].groupName must be lower-case letters, digits and dashes, a letter first, no dash last',
      }),
      'default',
    ),
    template: cel(jobTemplate(), {
      rule: 'has(self.spec) && has(self.spec.template.spec)',
      message: 'spec.replicatedJobs[].template.spec.template.spec is required: say which containers its pods run',
    }),
    replicas: stored(immutable(int32(0), 'spec.replicatedJobs[].replicas'), 1),
    dependsOn: immutable(
      listMap(z.object({ name: name(), status: z.enum(DEPENDENCY_STATUSES) }), 'name', 5),
      'spec.replicatedJobs[].dependsOn',
    ).optional(),
  }),
  {
    rule: 'has(self.dependsOn) == has(oldSelf.dependsOn) && self.groupName == oldSelf.groupName',
    message: 'spec.replicatedJobs[].dependsOn and .groupName are immutable: delete the JobSet and create it anew',
  },
);

const network = z.object({
  enableDNSHostnames: stored(z.boolean(), true),
  publishNotReadyAddresses: stored(z.boolean(), true),
  subdomain: cel(name(), {
    rule: "self == '' || self.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message:
      'spec.network.subdomain must be a DNS-1035 label: lower-case letters, digits and dashes, a letter first, no dash last',
  }).optional(),
});

const failurePolicyRule = z.object({
  name: cel(text(128), {
    rule: "self == '' || self.matches('^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$')",
    message:
      'spec.failurePolicy.rules[].name must begin with a letter, end with a letter, a digit or _, and have only letters, digits, _, comma and colon between',
  }).optional(),
  action: z.enum(FAILURE_POLICY_ACTIONS),
  onJobFailureReasons: z
    .array(oneOf(text(63), 'spec.failurePolicy.rules[].onJobFailureReasons', JOB_FAILURE_REASONS))
    .max(16)
    .optional(),
  onJobFailureMessagePatterns: z.array(text(1024)).max(32).optional(),
  targetReplicatedJobs: names().optional(),
});

const failurePolicy = z.object({
  maxRestarts: int32().optional(),
  restartStrategy: stored(
    cel(z.enum(RESTART_STRATEGIES), {
      rule: "self != 'InPlaceRestart'",
      message:
        'spec.failurePolicy.restartStrategy InPlaceRestart is not available, as with upstream unless its alpha feature is on: use Recreate or BlockingRecreate',
    }),
    'Recreate',
  ),
  rules: z.array(failurePolicyRule).max(MAX_RULES).optional(),
});

const volumeClaimPolicy = cel(
  z.object({
    templates: atomicList(persistentVolumeClaimTemplate(), 50).optional(),
    retentionPolicy: stored(z.object({ whenDeleted: stored(z.enum(['Delete', 'Retain']), 'Delete') }), {}),
  }),
  {
    rule: "!has(self.templates) || self.templates.all(t, !has(t.metadata) || !has(t.metadata.namespace) || t.metadata.namespace == '')",
    message:
      "spec.volumeClaimPolicies[].templates[].metadata.namespace must not be set: claims are made in the JobSet's own namespace",
  },
  {
    rule: "!has(self.templates) || self.templates.all(t, has(t.metadata) && has(t.metadata.name) && t.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$') && self.templates.filter(u, has(u.metadata) && has(u.metadata.name) && u.metadata.name == t.metadata.name).size() == 1)",
    message:
      'spec.volumeClaimPolicies[].templates[].metadata.name is required, must be unique, and the name of a volume: lower-case letters, digits and dashes',
  },
);

/** What a user writes under `spec` of a JobSet. */
export const jobSetSpec = cel(
  z.object({
    replicatedJobs: listMap(replicatedJob, 'name', MAX_REPLICATED_JOBS).optional(),
    network: stored(immutable(network, 'spec.network'), {}),
    successPolicy: stored(
      immutable(
        z.object({ operator: z.enum(['All', 'Any']), targetReplicatedJobs: names().optional() }),
        'spec.successPolicy',
      ),
      { operator: 'All' },
    ),
    failurePolicy: immutable(failurePolicy, 'spec.failurePolicy').optional(),
    startupPolicy: stored(
      immutable(z.object({ startupPolicyOrder: z.enum(['AnyOrder', 'InOrder']) }), 'spec.startupPolicy'),
      { startupPolicyOrder: 'AnyOrder' },
    ),
    suspend: z.boolean().optional(),
    coordinator: z
      .object({ replicatedJob: name(), jobIndex: z.int().optional(), podIndex: z.int().optional() })
      .optional(),
    managedBy: immutable(name(), 'spec.managedBy').optional(),
    ttlSecondsAfterFinished: int32(0).optional(),
    volumeClaimPolicies: immutable(atomicList(volumeClaimPolicy, 50), 'spec.volumeClaimPolicies').optional(),
  }),
  ...jobSetSpecRules(),
);

const condition = z.object({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: int64(0).optional(),
  lastTransitionTime: time(),
  reason: z.string().min(1).max(1024),
  message: z.string().max(32768),
});

const replicatedJobStatus = z.object({
  name: z.string(),
  ready: int32(),
  succeeded: int32(),
  failed: int32(),
  active: int32(),
  suspended: int32(),
  jobRestarts: atomicList(int32(), 1024).optional(),
  jobRestartsCountTowardsMax: atomicList(int32(), 1024).optional(),
});

/** What the controller writes under `status`. */
export const jobSetStatus = z.object({
  conditions: listMap(condition, 'type').optional(),
  restarts: int32().optional(),
  restartsCountTowardsMax: int32().optional(),
  terminalState: z.string().optional(),
  replicatedJobsStatus: listMap(replicatedJobStatus, 'name').optional(),
  previousInPlaceRestartAttempt: int32(0).optional(),
  currentInPlaceRestartAttempt: int32(0).optional(),
});

export const JOB_SET_DEFINITION: ResourceDefinition = {
  kind: JOB_SET,
  spec: jobSetSpec,
  status: jobSetStatus,
  rules: jobSetObjectRules(),
  columns: [
    { name: 'TerminalState', type: 'string', jsonPath: '.status.terminalState', description: 'Final state of JobSet' },
    { name: 'Restarts', type: 'string', jsonPath: '.status.restarts', description: 'Number of restarts' },
    { name: 'Completed', type: 'string', jsonPath: '.status.conditions[?(@.type=="Completed")].status' },
    { name: 'Suspended', type: 'string', jsonPath: '.spec.suspend', description: 'JobSet suspended' },
    {
      name: 'Age',
      type: 'date',
      jsonPath: '.metadata.creationTimestamp',
      description: 'Time this JobSet was created',
    },
  ],
};

export type JobSetSpec = z.input<typeof jobSetSpec>;
export type JobSetStatus = z.input<typeof jobSetStatus>;
export type ReplicatedJob = z.input<typeof replicatedJob>;
export type ReplicatedJobStatus = z.input<typeof replicatedJobStatus>;
export type JobSetFailurePolicy = z.input<typeof failurePolicy>;
export type JobSetFailurePolicyRule = z.input<typeof failurePolicyRule>;
export type FailurePolicyAction = (typeof FAILURE_POLICY_ACTIONS)[number];
export type JobSetCondition = z.input<typeof condition>;

/** A JobSet as the API has it. */
export interface JobSet extends KubeObject {
  readonly spec: JobSetSpec;
  readonly status?: JobSetStatus;
}
