import type { JobStatus } from '../api/job.ts';
import type { PlannedCount, PlannedEvent } from '../runtime/domain.ts';
import type { Instant } from '../runtime/environment.ts';
import { type ConditionType, setCondition } from './conditions.ts';
import type { Happening } from './job-kind.ts';
import type { Scene } from './scene.ts';

/** A plan in the making: each step takes one and returns the next. */
export interface Draft {
  readonly status: JobStatus;
  readonly events: readonly PlannedEvent[];
  readonly counts: readonly PlannedCount[];
  /** Moments at which something will be due. */
  readonly wakes: readonly Instant[];
}

export const draftOf = (scene: Scene): Draft => ({ status: scene.job.status, events: [], counts: [], wakes: [] });

export const withEvent = (draft: Draft, ...events: readonly PlannedEvent[]): Draft => ({
  ...draft,
  events: [...draft.events, ...events],
});

export const withWakes = (draft: Draft, wakes: readonly Instant[]): Draft => ({
  ...draft,
  wakes: [...draft.wakes, ...wakes],
});

/** Counters of jobs carry the namespace and the framework. */
export function withJobCount(draft: Draft, scene: Scene, counter: string, by = 1): Draft {
  const labels = { job_namespace: scene.job.namespace, framework: scene.kind.framework };
  return { ...draft, counts: [...draft.counts, { counter, labels, by }] };
}

export const withCount = (draft: Draft, counter: string, by: number): Draft =>
  by === 0 ? draft : { ...draft, counts: [...draft.counts, { counter, labels: {}, by }] };

/** Upstream's reason for a state: the kind and one word, `PyTorchJobRunning`. */
export const reasonOf = (scene: Scene, word: string): string => `${scene.kind.kind.kind}${word}`;

/** `PyTorchJob j is created.` */
export function messageOf({ kind, job }: Scene, happening: Happening): string {
  const own = kind.extension?.message(job, happening);
  return own ?? `${kind.kind.kind} ${job.name} is ${happening === 'stopped' ? 'suspended' : happening}.`;
}

export function withCondition(
  draft: Draft,
  scene: Scene,
  type: ConditionType,
  message: string,
  options: { readonly word?: string; readonly reason?: string; readonly status?: 'True' | 'False' } = {},
): Draft {
  const reason = options.reason ?? reasonOf(scene, options.word ?? type);
  const status = setCondition(draft.status, { type, status: options.status ?? 'True', reason, message }, scene.now);
  return status === draft.status ? draft : { ...draft, status };
}
