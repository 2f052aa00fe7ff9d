import type { Condition, ObjectMeta } from './kube.ts';

/** Names and shapes of batch/v1, as Kubernetes 1.36 has them. */

export const BATCH_JOB_NAME_LABEL = 'batch.kubernetes.io/job-name';
export const BATCH_CONTROLLER_UID_LABEL = 'batch.kubernetes.io/controller-uid';
/** Both names under which a Job's pods carry its name, the older one first. */
export const BATCH_JOB_NAME_LABELS = ['job-name', BATCH_JOB_NAME_LABEL] as const;
export const BATCH_CONTROLLER_UID_LABELS = ['controller-uid', BATCH_CONTROLLER_UID_LABEL] as const;
/** A pod's index: an annotation, and a label of the same name. */
export const COMPLETION_INDEX_ANNOTATION = 'batch.kubernetes.io/job-completion-index';
export const COMPLETION_INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';
export const INDEX_FAILURE_COUNT_ANNOTATION = 'batch.kubernetes.io/job-index-failure-count';
export const INDEX_IGNORED_FAILURE_COUNT_ANNOTATION = 'batch.kubernetes.io/job-index-ignored-failure-count';
/** Holds a pod until its Job has counted it. */
export const JOB_TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
/** `spec.managedBy` of Jobs that Kubernetes' own controller looks after; so are those without. */
export const JOB_CONTROLLER_NAME = 'kubernetes.io/job-controller';

export type JobConditionType = 'Suspended' | 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet';

/** Reasons of a Job's last conditions. */
export const JOB_REASONS = {
  podFailurePolicy: 'PodFailurePolicy',
  backoffLimitExceeded: 'BackoffLimitExceeded',
  deadlineExceeded: 'DeadlineExceeded',
  maxFailedIndexesExceeded: 'MaxFailedIndexesExceeded',
  failedIndexes: 'FailedIndexes',
  successPolicy: 'SuccessPolicy',
  completionsReached: 'CompletionsReached',
} as const;

/** What those conditions say. */
export const JOB_MESSAGES = { deadlineExceeded: 'Job was active longer than specified deadline' } as const;

export interface JobCondition extends Condition {
  readonly type: JobConditionType;
  readonly lastProbeTime?: string;
}

export interface PodTemplate {
  readonly metadata?: ObjectMeta;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface ExitCodeRequirement {
  readonly containerName?: string;
  /** `In` or `NotIn`. */
  readonly operator: string;
  readonly values?: readonly number[] | null;
}

export interface PodFailureRule {
  /** `FailJob`, `FailIndex`, `Ignore` or `Count`. */
  readonly action: string;
  readonly onExitCodes?: ExitCodeRequirement;
  readonly onPodConditions?: readonly { readonly type: string; readonly status: string }[];
}

export interface SuccessRule {
  /** `0,2-5`. */
  readonly succeededIndexes?: string;
  readonly succeededCount?: number;
}

export interface LabelRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelRequirement[];
}

/** The spec of a Job as it is stored, its defaults filled in. */
export interface JobSpec {
  readonly parallelism: number;
  /** Absent: the first success ends the Job. */
  readonly completions?: number;
  /** `NonIndexed` or `Indexed`. */
  readonly completionMode: string;
  readonly activeDeadlineSeconds?: number;
  readonly backoffLimit: number;
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  readonly podFailurePolicy?: { readonly rules?: readonly PodFailureRule[] | null };
  readonly successPolicy?: { readonly rules?: readonly SuccessRule[] | null };
  /** `TerminatingOrFailed` or `Failed`. */
  readonly podReplacementPolicy?: string;
  readonly ttlSecondsAfterFinished?: number;
  readonly suspend: boolean;
  readonly managedBy?: string;
  readonly manualSelector: boolean;
  readonly selector?: LabelSelector;
  readonly template: PodTemplate;
}

export interface JobStatus {
  readonly active?: number;
  readonly ready?: number;
  readonly terminating?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  /** `0,2-5`. */
  readonly completedIndexes?: string;
  readonly failedIndexes?: string;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly conditions?: readonly JobCondition[];
  /** UIDs of pods that ended and are not in the counts yet. */
  readonly uncountedTerminatedPods?: {
    readonly succeeded?: readonly string[];
    readonly failed?: readonly string[];
  };
}

export interface Job {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: JobSpec;
  readonly status?: JobStatus;
}

export const isJobCondition = ({ status }: Pick<Job, 'status'>, type: JobConditionType, value = 'True'): boolean =>
  (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === value);

/** Whether a Job came to its end, good or bad. */
export const isJobFinished = (job: Pick<Job, 'status'>): boolean =>
  isJobCondition(job, 'Complete') || isJobCondition(job, 'Failed');

export const isIndexed = ({ completionMode }: Pick<JobSpec, 'completionMode'>): boolean => completionMode === 'Indexed';
