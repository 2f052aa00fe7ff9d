import type { JobStatus } from '../api/job.ts';
import type { Instant } from '../runtime/environment.ts';
import { replaceable, type TakenSeat } from './failure.ts';
import { doublingPause } from './pause.ts';
import { isDisrupted, lastChange } from './pod-state.ts';
import type { Scene } from './scene.ts';

/** The first replacements of a replica type are made at once. */
const FREE = 3;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;

/**
 * When a failed pod may be replaced: at once for the first few of its type, then after a pause that doubles each time, so
 * that pods which fail as soon as they start do not wear out the cluster.
 */
export function replacementDue(status: JobStatus, { type, pod }: TakenSeat): Instant {
  const beyond = (status.replicaStatuses?.[type]?.restarts ?? 0) - FREE;
  if (beyond <= 0 || isDisrupted(pod)) return 0;
  return lastChange(pod) + doublingPause(beyond, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
}

export const dueReplacements = (scene: Scene, status: JobStatus): readonly TakenSeat[] =>
  replaceable(scene).filter((seat) => replacementDue(status, seat) <= scene.now);

export const replacementWakes = (scene: Scene, status: JobStatus): readonly Instant[] =>
  replaceable(scene)
    .map((seat) => replacementDue(status, seat))
    .filter((due) => due > scene.now);
