import { isIndexed, type Job } from '../../../api/batch.ts';
import type { ApiError } from '../../../runtime/client.ts';
import type { Instant } from '../../../runtime/environment.ts';
import { failureAnnotations, remainingMs, remainingOfIndexMs } from './backoff.ts';
import { firstGaps, merged, withIndexes } from './intervals.ts';
import type { Look } from './look.ts';
import { byWorth, indexOf, isTerminating, type JobPod, replacesFailedOnly } from './pods.ts';
import { podOf } from './template.ts';
import type { JobWrites } from './writes.ts';

/** In one go. */
const MOST = 500;
/** No wait is shorter. */
const LEAST_WAIT_MS = 1000;

/** What a Job's pods come to after some were made or deleted. */
export interface Managed {
  readonly active: number;
  readonly ready: number;
  readonly terminating: number;
  /** Milliseconds until pods may be made again. */
  readonly againMs?: number;
  readonly error?: ApiError;
}

/** Makes the pods that are missing, or deletes those that are too many; never both at once. */
export function managePods(look: Look, writes: JobWrites, now: Instant): Managed {
  const { job, active, ready, terminating } = look;
  const unchanged = { active: active.length, ready, terminating };
  const wanted = job.spec.suspend ? 0 : wantedActive(look);
  const excess = surplus(job, active, Math.max(0, active.length - wanted));
  const doomed = job.spec.suspend ? excess : excess.slice(0, MOST);
  if (doomed.length > 0) {
    const { count, ready: gone, error } = writes.dropPods(job, doomed);
    return {
      active: active.length - count,
      ready: ready - gone,
      terminating: terminating + count,
      ...(error && { error }),
    };
  }
  const missing = wanted - active.length - (replacesFailedOnly(job) ? terminating : 0);
  if (job.spec.suspend || missing <= 0) return unchanged;
  const { pods, againMs } = nextPods(look, Math.min(missing, MOST), now);
  if (againMs !== undefined) return { ...unchanged, againMs };
  const { made, error } = slowStart(pods.length, (at) => pods[at] && writes.createPod(job, pods[at]));
  return { ...unchanged, active: active.length + made, ...(error && { error }) };
}

function wantedActive({ job, active, succeeded }: Look): number {
  const { completions, parallelism } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

/** Pods to delete: of an Indexed Job, those that stand for no index of their own first. */
function surplus(job: Job, active: readonly JobPod[], atLeast: number): readonly JobPod[] {
  const { doomed, left } = isIndexed(job.spec) ? misplaced(job, active) : { doomed: [], left: active };
  const missing = Math.max(0, atLeast - doomed.length);
  return [...doomed, ...[...left].sort(byWorth).slice(0, missing)];
}

function misplaced(job: Job, active: readonly JobPod[]): { readonly doomed: JobPod[]; readonly left: JobPod[] } {
  const completions = job.spec.completions ?? 0;
  const doomed = active.filter((pod) => (indexOf(pod) ?? completions) >= completions);
  const byIndex = Map.groupBy(
    active.filter((pod) => !doomed.includes(pod)),
    (pod) => indexOf(pod) ?? 0,
  );
  const left: JobPod[] = [];
  for (const pods of byIndex.values()) {
    const ranked = [...pods].sort(byWorth);
    doomed.push(...ranked.slice(0, -1));
    left.push(...ranked.slice(-1));
  }
  return { doomed, left };
}

interface Next {
  readonly pods: readonly ReturnType<typeof podOf>[];
  /** Set when all of them have to wait. */
  readonly againMs?: number;
}

function nextPods(look: Look, count: number, now: Instant): Next {
  const { job, backoff, indexes } = look;
  const limited = job.spec.backoffLimitPerIndex !== undefined;
  const againMs = limited ? 0 : remainingMs(backoff, now);
  if (againMs > 0) return { pods: [], againMs: Math.max(againMs, LEAST_WAIT_MS) };
  if (!indexes) return { pods: Array.from({ length: count }, () => podOf(job)) };
  const pending = firstGaps(taken(look), count, job.spec.completions ?? 0);
  const waits = pending.map((index) => remainingOfIndexMs(indexes.replaced.get(index), now));
  const ready = pending.filter((_, at) => waits[at] === 0);
  if (pending.length > 0 && ready.length === 0)
    return { pods: [], againMs: Math.max(Math.min(...waits), LEAST_WAIT_MS) };
  const pods = ready.map((index) => {
    const annotations = limited ? failureAnnotations(job, indexes.replaced.get(index)) : {};
    return podOf(job, { index, annotations });
  });
  return { pods };
}

/** Indexes that need no pod now. */
function taken({ job, pods, active, indexes }: Look) {
  const going = replacesFailedOnly(job) ? pods.filter(isTerminating) : [];
  const busy = [...active, ...going].flatMap((pod) => indexOf(pod) ?? []);
  return merged(withIndexes(indexes?.succeeded ?? [], busy), indexes?.failed ?? []);
}

/** One, two, four, ... at a time, until one is refused: what refuses one would mostly refuse them all. */
function slowStart(
  count: number,
  make: (at: number) => ApiError | undefined,
): { readonly made: number; readonly error?: ApiError } {
  let made = 0;
  let at = 0;
  for (let size = Math.min(count, 1); size > 0; size = Math.min(2 * size, count - at)) {
    let error: ApiError | undefined;
    for (const end = at + size; at < end; at++) {
      const refused = make(at);
      error ??= refused;
      if (!refused) made++;
    }
    if (error) return { made, error };
  }
  return { made };
}
