import type { BatchJob } from '../../api/job-template.ts';
import type { JobSetStatus } from '../../api/jobset.ts';
import { type Condition, conditionOf, type KubeObject } from '../../api/kube.ts';
import {
  JOB_INDEX_LABEL,
  JOB_RESTART_ATTEMPT_LABEL,
  REPLICATED_JOB_NAME_LABEL,
  RESTART_ATTEMPT_LABEL,
} from '../../api/labels.ts';
import { jobRestarts, setRestarts } from './restart-counts.ts';
import { isChildJob } from './set.ts';

/** The child Jobs of a set, by what has become of them. */
export interface Roster {
  /** Of the present attempt, and not finished. */
  readonly active: readonly BatchJob[];
  readonly succeeded: readonly BatchJob[];
  readonly failed: readonly BatchJob[];
  /** Of an attempt that is over: to be deleted, or on their way out. */
  readonly previous: readonly BatchJob[];
}

/** @param status - says which attempt is the present one */
export function rosterOf(children: readonly KubeObject[], status: JobSetStatus): Roster {
  const jobs = children.filter(isChildJob);
  const previous = jobs.filter((job) => isOutdated(job, status));
  const present = jobs.filter((job) => !previous.includes(job));
  const failed = present.filter((job) => failureOf(job) !== undefined);
  const succeeded = present.filter((job) => !failed.includes(job) && conditionOf(job, 'Complete')?.status === 'True');
  const active = present.filter((job) => !failed.includes(job) && !succeeded.includes(job));
  return { active, succeeded, failed, previous };
}

function isOutdated(job: BatchJob, status: JobSetStatus): boolean {
  if (label(job, RESTART_ATTEMPT_LABEL) < setRestarts(status)) return true;
  const alone = job.metadata.labels?.[JOB_RESTART_ATTEMPT_LABEL];
  return alone !== undefined && Number(alone) < jobRestarts(status, roleOf(job), indexOf(job));
}

const label = (job: BatchJob, key: string): number => Number(job.metadata.labels?.[key] ?? 0);

/** The replicated job that a child Job is one of. */
export const roleOf = (job: KubeObject): string => job.metadata.labels?.[REPLICATED_JOB_NAME_LABEL] ?? '';

export const indexOf = (job: BatchJob): number => label(job, JOB_INDEX_LABEL);

export const ofRole = (jobs: readonly BatchJob[], role: string): readonly BatchJob[] =>
  jobs.filter((job) => roleOf(job) === role);

/** How a Job failed, if it did. */
export function failureOf(job: BatchJob): Condition | undefined {
  const condition = conditionOf(job, 'Failed');
  return condition?.status === 'True' ? condition : undefined;
}

/** The one that failed before the others; of several in the same second the first by name. */
export function firstFailed(jobs: readonly BatchJob[]): BatchJob | undefined {
  const keyOf = (job: BatchJob) => `${failureOf(job)?.lastTransitionTime ?? ''} ${job.metadata.name}`;
  return [...jobs].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))[0];
}
