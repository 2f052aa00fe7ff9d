import type { Kind } from '../../api/kube.ts';
import { type Job, replicaOf } from '../job.ts';
import type { Progress } from '../job-kind.ts';
import { countOf, type Tally } from '../pod-state.ts';

/** Whose pods decide how far a job is. */
export interface Decider {
  readonly type: string;
  /** Pods of that type that must succeed. @default - all */
  readonly enough?: number;
  /** Upstream words its messages in two ways: `X j is running.` and `X ns/j is running.` */
  readonly wording: 'name only' | 'with namespace';
}

const WAITING: Progress = { stage: 'waiting', message: '' };

/** The job runs while a pod of the deciding type does, and has succeeded when enough of them have. */
export function progressOf(kind: Kind, job: Job, tally: Tally, decider: Decider): Progress {
  const replica = replicaOf(job, decider.type);
  if (!replica) return WAITING;
  const { active, succeeded } = countOf(tally, decider.type);
  if (succeeded >= (decider.enough ?? replica.count)) return successOf(kind, job, decider);
  return active === 0 ? WAITING : { stage: 'running', message: `${subjectOf(kind, job, decider)} is running.` };
}

/** The job is done, whatever the counts say. */
export function successOf(kind: Kind, job: Job, decider: Pick<Decider, 'wording'>): Progress {
  const verb = decider.wording === 'name only' ? 'is ' : '';
  return { stage: 'succeeded', message: `${subjectOf(kind, job, decider)} ${verb}successfully completed.` };
}

const subjectOf = ({ kind }: Kind, { name, namespace }: Job, { wording }: Pick<Decider, 'wording'>): string =>
  `${kind} ${wording === 'name only' ? name : `${namespace}/${name}`}`;
