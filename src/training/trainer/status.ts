import type { JobSet } from '../../api/jobset.ts';
import { JOB_SET_COMPLETED, JOB_SET_FAILED } from '../../api/jobset-conditions.ts';
import { conditionOf } from '../../api/kube.ts';
import type { JobsStatus, TrainJob, TrainJobCondition, TrainJobStatus } from '../../api/train-job.ts';
import type { Instant } from '../../runtime/environment.ts';
import { deepEqual } from '../../runtime/json.ts';
import { conditionIn, isTrue, setCondition, type Transition, withoutCondition } from './conditions.ts';

type Conditions = readonly TrainJobCondition[];

/** Why nothing is started. */
export interface Obstacle {
  readonly reason: string;
  readonly message: string;
}

/** What is told of a job that is not at its end yet. */
export function progressed(
  job: TrainJob,
  jobSet: JobSet | undefined,
  obstacle: Obstacle | undefined,
  now: Instant,
): TrainJobStatus | undefined {
  const before = job.status?.conditions ?? [];
  const suspended = recordSuspension(before, job.spec.suspend === true, now);
  const waiting = obstacle
    ? setCondition(suspended, { type: 'Pending', status: 'True', ...obstacle }, now)
    : withoutCondition(suspended, 'Pending');
  return statusOf(job, recordEnd(waiting, jobSet, now), jobSet);
}

function recordSuspension(conditions: Conditions, suspended: boolean, now: Instant): Conditions {
  if (suspended) {
    return setCondition(
      conditions,
      { type: 'Suspended', status: 'True', reason: 'Suspended', message: 'TrainJob is suspended' },
      now,
    );
  }
  if (!isTrue(conditions, 'Suspended')) return conditions;
  return setCondition(
    conditions,
    { type: 'Suspended', status: 'False', reason: 'Resumed', message: 'TrainJob is resumed' },
    now,
  );
}

/** The JobSet's end is the TrainJob's, with its reason and its words. */
function recordEnd(conditions: Conditions, jobSet: JobSet | undefined, now: Instant): Conditions {
  if (!jobSet) return conditions;
  const ends = [
    ['Complete', JOB_SET_COMPLETED],
    ['Failed', JOB_SET_FAILED],
  ] as const;
  return ends.reduce((told, [type, theirs]) => {
    const end = conditionOf(jobSet, theirs);
    if (end?.status !== 'True') return told;
    const { reason = theirs, message = '', lastTransitionTime: since } = end;
    return setCondition(told, { type, status: 'True', reason, message, since }, now);
  }, conditions);
}

/** A job that failed for a reason of its own. */
export function failed(
  job: TrainJob,
  jobSet: JobSet | undefined,
  end: Obstacle,
  now: Instant,
): TrainJobStatus | undefined {
  const transition: Transition = { type: 'Failed', status: 'True', ...end };
  const before = withoutCondition(job.status?.conditions ?? [], 'Pending');
  return statusOf(job, setCondition(before, transition, now), jobSet);
}

/** A finished job's last numbers, which may arrive after its end. */
export const settled = (job: TrainJob, jobSet: JobSet | undefined): TrainJobStatus | undefined =>
  statusOf(job, job.status?.conditions ?? [], jobSet);

function statusOf(job: TrainJob, conditions: Conditions, jobSet: JobSet | undefined): TrainJobStatus | undefined {
  const jobsStatus = jobSet ? jobSet.status?.replicatedJobsStatus?.map(countsOf) : job.status?.jobsStatus;
  const { conditions: _, ...rest } = job.status ?? {};
  const status: TrainJobStatus = {
    ...(conditions.length > 0 && { conditions: [...conditions] }),
    ...rest,
    ...(jobsStatus && jobsStatus.length > 0 && { jobsStatus }),
  };
  return deepEqual(status, job.status ?? {}) ? undefined : status;
}

const countsOf = ({ name, ready, succeeded, failed: lost, active, suspended }: JobsStatus): JobsStatus => ({
  name,
  ready,
  succeeded,
  failed: lost,
  active,
  suspended,
});

/** When a job that may run for so long has to be at its end. */
export function deadlineOf(job: TrainJob): Instant | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec;
  if (activeDeadlineSeconds === undefined || suspend) return undefined;
  const resumed = conditionIn(job.status?.conditions ?? [], 'Suspended');
  const since = resumed ? resumed.lastTransitionTime : job.metadata.creationTimestamp;
  // Resumed, and not yet told so: the clock starts with what this plan writes.
  if (since === undefined || resumed?.status === 'True') return undefined;
  return Date.parse(since) + activeDeadlineSeconds * 1000;
}
