import type { JobStatus } from '../api/job.ts';
import { phaseOf } from '../api/pod-phase.ts';
import type { Instant } from '../runtime/environment.ts';
import { restartsWhole } from './attempt.ts';
import { exceedsAttempts } from './gang-restart.ts';
import { isExcused, lossesOf } from './losses.ts';
import { countOf, hasFailed, isDisrupted, isTerminating, type Pod, type Seat } from './pod-state.ts';
import type { Scene } from './scene.ts';
import { judgeStall } from './stall.ts';

/** How a job ends. */
export interface Verdict {
  readonly type: 'Succeeded' | 'Failed';
  readonly message: string;
  /** @default - the kind's own word for the type */
  readonly reason?: string;
}

/** The first of the rules that ends the job in failure, if any does. */
export function judgeFailure(scene: Scene, status: JobStatus): Verdict | undefined {
  const late = overDeadline(scene, status);
  if (late || (restartsWhole(scene.job) && isExcused(lossesOf(scene)))) return late;
  return (
    scene.kind.extension?.judgeFailure(scene) ??
    judgeStall(scene, status) ??
    exitedForGood(scene) ??
    neverRestarts(scene) ??
    overBackoffLimit(scene, status)
  );
}

const failed = (message: string): Verdict => ({ type: 'Failed', message });

/** When `activeDeadlineSeconds` runs out; it counts from the start, and anew from each resumption. */
export function deadlineOf(scene: Scene, status: JobStatus): Instant | undefined {
  const seconds = scene.job.runPolicy.activeDeadlineSeconds;
  if (seconds === undefined || !status.startTime) return undefined;
  return Date.parse(status.startTime) + seconds * 1000;
}

function overDeadline(scene: Scene, status: JobStatus): Verdict | undefined {
  const deadline = deadlineOf(scene, status);
  if (deadline === undefined || scene.now < deadline) return undefined;
  return {
    ...failed(`Job ${scene.job.name} has failed because it was active longer than specified deadline`),
    ...scene.kind.extension?.late(scene.job),
  };
}

/** Policy ExitCode: 1 to 127 is the program's own fault and final; 128 and above (signals) is worth another try. */
function exitedForGood(scene: Scene): Verdict | undefined {
  const seat = scene.roster.seats.find(
    ({ replica, pod }) =>
      replica.restartPolicy === 'ExitCode' && pod && hasFailed(pod) && !isRetryable({ replica, pod }),
  );
  return seat && failed(`job "${scene.job.name}" is failing because "${seat.type}" replica(s) failed.`);
}

function isRetryable({ replica, pod }: { replica: Seat['replica']; pod: Pod }): boolean {
  const code = exitCodeOf(replica, pod);
  return isDisrupted(pod) || code === undefined || code === 0 || code >= 128;
}

/** The exit code of a pod's main container; absent when it never ran or the kubelet could not tell. */
export function exitCodeOf(replica: Seat['replica'], pod: Pod): number | undefined {
  const main = replica.template.spec?.containers[replica.main]?.name;
  return pod.status?.containerStatuses?.find((status) => status.name === main)?.state?.terminated?.exitCode;
}

function neverRestarts({ kind, job, tally }: Scene): Verdict | undefined {
  for (const replica of job.replicas) {
    const { type, restartPolicy } = replica;
    const count = countOf(tally, type);
    if (restartPolicy !== 'Never' || count.failed === 0) continue;
    if (kind.toleratesFailures?.(job, replica, count)) continue;
    return failed(
      kind.failureMessage?.(job, type, count.failed) ??
        `${kind.kind.kind} ${job.name} is failed because ${count.failed} ${type} replica(s) failed.`,
    );
  }
  return undefined;
}

/**
 * `backoffLimit` bounds two things added up: restarts of containers inside running pods, and failed pods that were
 * replaced. The job fails when the former alone reach the limit (upstream's rule), or when a replacement would exceed it.
 * Pods that the cluster took away cost nothing.
 */
function overBackoffLimit(scene: Scene, status: JobStatus): Verdict | undefined {
  const limit = scene.job.runPolicy.backoffLimit;
  if (
    limit === undefined ||
    !(restartsWhole(scene.job) ? exceedsAttempts(scene, limit) : exceeds(scene, status, limit))
  )
    return undefined;
  return failed(`Job ${scene.job.name} has failed because it has reached the specified backoff limit`);
}

function exceeds(scene: Scene, status: JobStatus, limit: number): boolean {
  const inPlace = containerRestarts(scene);
  const failures = uncounted(scene, status).filter(({ pod }) => !isDisrupted(pod)).length;
  const exceeded = inPlace + replacedSoFar(status) + failures > limit;
  const reached = limit > 0 && inPlace >= limit;
  return exceeded || reached;
}

function containerRestarts(scene: Scene): number {
  return scene.roster.seats
    .filter(
      ({ replica, pod }) =>
        pod && replica.restartPolicy !== 'Never' && phaseOf(pod) === 'Running' && !isTerminating(pod),
    )
    .flatMap(({ pod }) => [...(pod?.status?.containerStatuses ?? []), ...(pod?.status?.initContainerStatuses ?? [])])
    .reduce((sum, container) => sum + (container.restartCount ?? 0), 0);
}

const replacedSoFar = (status: JobStatus): number =>
  Object.values(status.replicaStatuses ?? {}).reduce((sum, replica) => sum + (replica.restarts ?? 0), 0);

/** A seat whose pod is known. */
export type TakenSeat = Seat & { readonly pod: Pod };

/** Failed pods that are to be replaced: any policy but Never. */
export function replaceable(scene: Scene): readonly TakenSeat[] {
  return scene.roster.seats.filter(
    (seat): seat is TakenSeat =>
      seat.pod !== undefined && seat.replica.restartPolicy !== 'Never' && hasFailed(seat.pod),
  );
}

/** Those of them that no written status has counted yet. */
export function uncounted(scene: Scene, status: JobStatus): readonly TakenSeat[] {
  const counted = new Set(status.replacedPods ?? []);
  return replaceable(scene).filter(({ pod }) => !counted.has(pod.metadata.uid ?? ''));
}
