import { ATTEMPT_LABEL } from '../api/labels.ts';
import { phaseOf } from '../api/pod-phase.ts';
import { attemptNumber } from './attempt.ts';
import { foreignSeats, strandedPods } from './node-loss.ts';
import { hasFailed, isDisrupted, isTerminating, type Pod, type Seat } from './pod-state.ts';
import type { Scene } from './scene.ts';

/** How a job lost one of its pods. */
export type Cause =
  /** It failed by its own doing. */
  | 'failed'
  /** The cluster took it away: drain, preemption, eviction. */
  | 'disrupted'
  /** Its node does not answer. */
  | 'node lost'
  /** Somebody deleted it. */
  | 'deleted'
  /** It was there, and is not any more. */
  | 'gone';

export interface Loss {
  readonly seat: Seat;
  readonly cause: Cause;
  readonly pod?: Pod;
}

/** Pods of the attempt under way that are lost to it. Failed pods that are final by their policy are not among them. */
export function lossesOf(scene: Scene): readonly Loss[] {
  const stranded = new Set(strandedPods(scene).map(({ name }) => name));
  return [
    ...scene.roster.seats.flatMap((seat): Loss[] => {
      const { pod } = seat;
      const cause = pod && (stranded.has(seat.name) ? 'node lost' : causeOf(seat, pod));
      return pod && cause ? [{ seat, pod, cause }] : [];
    }),
    ...foreignLosses(scene).filter(({ seat }) => !stranded.has(seat.name)),
    ...vanished(scene),
  ];
}

/** Pods that somebody else made for this attempt, and that are taken away while their maker waits to see them end. */
function foreignLosses(scene: Scene): readonly Loss[] {
  const attempt = String(attemptNumber(scene.job.status));
  return foreignSeats(scene).flatMap(({ pod, ...seat }): Loss[] =>
    isTerminating(pod) && phaseOf(pod) !== 'Succeeded' && pod.metadata.labels?.[ATTEMPT_LABEL] === attempt
      ? [{ seat, pod, cause: isDisrupted(pod) ? 'disrupted' : 'deleted' }]
      : [],
  );
}

function causeOf({ replica }: Seat, pod: Pod): Cause | undefined {
  if (isTerminating(pod)) return isDisrupted(pod) ? 'disrupted' : 'deleted';
  if (!hasFailed(pod)) return undefined;
  if (isDisrupted(pod)) return 'disrupted';
  return replica.restartPolicy === 'Never' ? undefined : 'failed';
}

/** A pod that the written status still counts, and that nobody saw leave: deleted by force, or while nobody watched. */
function vanished({ job, roster }: Scene): readonly Loss[] {
  return job.replicas.flatMap(({ type, count }) => {
    const { active = 0, succeeded = 0, failed = 0 } = job.status.replicaStatuses?.[type] ?? {};
    const seats = roster.seats.filter((seat) => seat.type === type);
    const empty = seats.filter(({ pod }) => pod === undefined);
    const missing = Math.min(count, active + succeeded + failed) - (seats.length - empty.length);
    return missing > 0 ? empty.map((seat): Loss => ({ seat, cause: 'gone' })) : [];
  });
}

/** Losses that no program of the job is to blame for; failures beside them are taken for their consequences. */
export const isExcused = (losses: readonly Loss[]): boolean => losses.some(({ cause }) => cause !== 'failed');
