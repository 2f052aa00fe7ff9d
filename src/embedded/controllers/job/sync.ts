import { JOB_REASONS, type Job, type JobCondition, type JobStatus } from '../../../api/batch.ts';
import { timestamp } from '../../../api/timestamp.ts';
import type { ApiError } from '../../../runtime/client.ts';
import type { Instant } from '../../../runtime/environment.ts';
import { deepEqual } from '../../../runtime/json.ts';
import type { BackoffRecord } from './backoff.ts';
import { condition, withCondition } from './conditions.ts';
import type { JobEvents } from './events.ts';
import { type Look, lookAt } from './look.ts';
import { type Managed, managePods } from './manage.ts';
import type { JobPod } from './pods.ts';
import { type Tracked, trackPods } from './track.ts';
import { deadlineMs, verdictOn } from './verdict.ts';
import type { JobWrites } from './writes.ts';

export interface SyncContext {
  readonly job: Job;
  readonly pods: readonly JobPod[];
  readonly backoff: BackoffRecord;
  readonly writes: JobWrites;
  readonly events: JobEvents;
  readonly now: Instant;
  readonly onBackoff: (record: BackoffRecord) => void;
}

export interface SyncResult {
  /** Milliseconds until something is due: a deadline, or the end of a backoff. */
  readonly againMs: number;
  /** What was refused, and is to be tried again. */
  readonly error?: ApiError;
}

/** How far one look brought a Job before its pods are counted. */
interface Acted {
  readonly managed: Managed;
  readonly verdict: JobCondition | undefined;
  readonly status: JobStatus;
}

/** Looks at a Job once: ends it or brings its pods to their number, counts what ended, and writes its status. */
export function syncJob(context: SyncContext): SyncResult {
  const { job: given, pods, writes, events, now } = context;
  const job = started(given, now);
  const look = lookAt(job, pods, context.backoff);
  const verdict = verdictOn(look, now);
  const { managed, verdict: agreed, status } = verdict ? end(look, verdict, writes) : carryOn(look, context);
  const counts = { active: managed.active, ready: managed.ready, terminating: managed.terminating };
  const next: JobStatus = { ...status, ...counts, uncountedTerminatedPods: status.uncountedTerminatedPods ?? {} };
  const tracked = trackPods({
    look,
    status: next,
    verdict: agreed,
    terminating: managed.terminating,
    changed: !sameCounts(given.status ?? {}, next),
    writes,
    now,
    onNoted: () => context.onBackoff(look.backoff),
  });
  tellEnd(tracked, events);
  const error = tracked.error ?? managed.error;
  const deadline = verdict ? Number.POSITIVE_INFINITY : deadlineMs(job, now);
  return { againMs: Math.min(deadline, managed.againMs ?? deadline), ...(error && { error }) };
}

/** The clock of a Job runs from when it may make pods. */
function started(job: Job, now: Instant): Job {
  if (job.status?.startTime || job.spec.suspend) return job;
  return { ...job, status: { ...job.status, startTime: timestamp(now) } };
}

/** Counts and conditions that are worth a write of their own. */
const sameCounts = (before: JobStatus, after: JobStatus): boolean =>
  (before.active ?? 0) === after.active &&
  before.ready === after.ready &&
  before.terminating === after.terminating &&
  deepEqual(before.conditions ?? [], after.conditions ?? []);

/** What still runs of a Job that is over is deleted. */
function end(look: Look, verdict: JobCondition, writes: JobWrites): Acted {
  const { job, active, ready, terminating } = look;
  const removed = writes.deletePods(job, active);
  return {
    managed: {
      active: active.length - removed.count,
      ready: ready - removed.ready,
      terminating: terminating + removed.count,
      ...(removed.error && { error: removed.error }),
    },
    verdict: removed.count === active.length ? verdict : undefined,
    status: job.status ?? {},
  };
}

function carryOn(look: Look, { writes, events, now }: SyncContext): Acted {
  const { job, active, ready, terminating } = look;
  const status = job.status ?? {};
  const goes = job.metadata.deletionTimestamp !== undefined;
  const managed = goes ? { active: active.length, ready, terminating } : managePods(look, writes, now);
  if (isComplete(look, managed.active)) {
    const message = 'Reached expected number of succeeded pods';
    const verdict = condition('SuccessCriteriaMet', JOB_REASONS.completionsReached, message, now);
    return { managed, verdict, status };
  }
  return { managed, verdict: undefined, status: goes ? status : withSuspension(job, events, now) };
}

/** All that were asked for succeeded; or, where no number was asked for, one did and the others are done too. */
function isComplete({ job, succeeded }: Look, active: number): boolean {
  const { completions } = job.spec;
  return active === 0 && (completions === undefined ? succeeded > 0 : succeeded >= completions);
}

function withSuspension(job: Job, events: JobEvents, now: Instant): JobStatus {
  const status = job.status ?? {};
  const { suspend } = job.spec;
  const wanted = suspend
    ? condition('Suspended', 'JobSuspended', 'Job suspended', now)
    : condition('Suspended', 'JobResumed', 'Job resumed', now, 'False');
  const before = status.conditions ?? [];
  const conditions = withCondition(before, wanted);
  if (conditions === before) return status;
  events.record(job, 'Normal', suspend ? 'Suspended' : 'Resumed', suspend ? 'Job suspended' : 'Job resumed');
  const { startTime: _, ...rest } = status;
  return { ...rest, conditions, ...(!suspend && { startTime: timestamp(now) }) };
}

function tellEnd({ job, ended }: Tracked, events: JobEvents): void {
  if (!ended) return;
  if (ended.type === 'Failed') {
    events.record(job, 'Warning', ended.reason ?? '', ended.message ?? '');
    return;
  }
  const { completions } = job.spec;
  if (completions !== undefined && (job.status?.succeeded ?? 0) > completions) {
    const message = 'Too many succeeded pods running after completion count reached';
    events.record(job, 'Warning', 'TooManySucceededPods', message);
  }
  events.record(job, 'Normal', 'Completed', 'Job completed');
}
