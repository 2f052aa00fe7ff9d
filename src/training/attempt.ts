import type { JobStatus, ReplicaStatus } from '../api/job.ts';
import { BATCH_JOB } from '../api/kinds.ts';
import type { KubeObject } from '../api/kube.ts';
import { ATTEMPT_LABEL } from '../api/labels.ts';
import type { EnvVar } from '../api/pod-template.ts';
import { timestamp } from '../api/timestamp.ts';
import { ATTEMPT_VARIABLE } from '../api/training-contract.ts';
import type { Instant } from '../runtime/environment.ts';
import { env } from './environment/variables.ts';
import type { Job } from './job.ts';

/** Which attempt is under way; the first has number 1. */
export const attemptNumber = ({ attempt }: JobStatus): number => attempt?.number ?? 1;

/** Whether a lost pod takes all others with it. */
export const restartsWhole = ({ runPolicy }: Pick<Job, 'runPolicy'>): boolean => runPolicy.restartScope === 'Job';

/** What every container is told of the attempt it belongs to. */
export const attemptEnvironment = ({ status }: Job): readonly EnvVar[] => [
  env(ATTEMPT_VARIABLE, attemptNumber(status)),
];

/** Marks the pods of a job that restarts as a whole, so that those of an earlier attempt are known. */
export const attemptLabels = (job: Job): Readonly<Record<string, string>> =>
  restartsWhole(job) ? { [ATTEMPT_LABEL]: String(attemptNumber(job.status)) } : {};

/** Pods of attempts that are over, and Jobs that stand for pods; none where pods are replaced one by one. */
export function stalePods(job: Job, children: readonly KubeObject[]): readonly KubeObject[] {
  if (!restartsWhole(job)) return [];
  const current = attemptNumber(job.status);
  return children.filter(
    ({ kind, metadata }) =>
      (kind === 'Pod' || kind === BATCH_JOB.kind) && Number(metadata.labels?.[ATTEMPT_LABEL] ?? 1) < current,
  );
}

export interface NextAttempt {
  /** What ended the last one counts towards the backoff limit. */
  readonly counted?: boolean;
  /** The last one was given up because it did not get complete. */
  readonly incomplete?: boolean;
  /** Earliest moment for its pods. @default - at once */
  readonly notBefore?: Instant;
}

/** The status with the next attempt begun: no pod of it is there yet. */
export function nextAttempt(status: JobStatus, next: NextAttempt = {}): JobStatus {
  const { failures = 0, incomplete = 0 } = status.attempt ?? {};
  const failed = failures + (next.counted ? 1 : 0);
  return {
    ...status,
    attempt: {
      number: attemptNumber(status) + 1,
      ...(failed > 0 && { failures: failed }),
      ...(next.notBefore !== undefined && { notBefore: timestamp(next.notBefore) }),
      ...(next.incomplete && { incomplete: incomplete + 1 }),
    },
  };
}

/** No pod is counted as being there. */
export function withoutCounts(status: JobStatus): JobStatus {
  const entries = Object.entries(status.replicaStatuses ?? {}).map(
    ([type, { succeeded: _, failed: __, ...rest }]): [string, ReplicaStatus] => [type, { ...rest, active: 0 }],
  );
  return { ...status, ...(entries.length > 0 && { replicaStatuses: Object.fromEntries(entries) }) };
}

/** When pods of the attempt may be made; 0 when there is nothing to wait for. */
export const attemptDue = ({ attempt }: JobStatus): Instant => (attempt?.notBefore ? Date.parse(attempt.notBefore) : 0);
