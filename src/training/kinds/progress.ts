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
export function progressOf(kind: Kind, job: Job, tally: Tally, { type, enough, wording }: Decider): Progress {
  const replica = replicaOf(job, type);
  if (!replica) return WAITING;
  const short = wording === 'name only';
  const subject = `${kind.kind} ${short ? job.name : `${job.namespace}/${job.name}`}`;
  const { active, succeeded } = countOf(tally, type);
  if (succeeded >= (enough ?? replica.count)) {
    return { stage: 'succeeded', message: `${subject} ${short ? 'is ' : ''}successfully completed.` };
  }
  return active === 0 ? WAITING : { stage: 'running', message: `${subject} is running.` };
}
