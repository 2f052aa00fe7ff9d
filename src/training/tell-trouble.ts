import type { JobCondition, JobStatus } from '../api/job.ts';
import { timestamp } from '../api/timestamp.ts';
import { type Draft, withEvent, withWakes } from './draft.ts';
import type { Verdict } from './failure.ts';
import type { Scene } from './scene.ts';
import { settledAt } from './status.ts';
import { diagnose } from './trouble.ts';

/**
 * Ours: stands on a job while pods of it are in trouble, and is absent otherwise. It stays the first of the conditions,
 * because the last one names the job's state.
 */
export const POD_TROUBLE = 'PodTrouble';

/** Pods with one and the same trouble. */
interface Plight {
  readonly reason: string;
  readonly message: string;
}

/**
 * Says on the job what keeps its pods from their work: one condition whose reason lists the distinct troubles, and one
 * event for each that was not there before. A trouble that is over is taken back along with the next change of the
 * conditions, or when the pods have been quiet for a while: so pods that are replaced again and again cost no writes.
 */
export function recordTrouble(scene: Scene, draft: Draft): Draft {
  const said = saidReasons(draft.status);
  const { plights, wakes } = plightsOf(scene, said);
  const awake = withWakes(draft, wakes);
  const fresh = plights.filter(({ reason }) => !said.has(reason));
  if (fresh.length === 0 && plights.length === said.size) return awake;
  if (fresh.length === 0 && draft.status === scene.job.status && scene.now < settledAt(scene)) {
    return withWakes(awake, [settledAt(scene)]);
  }
  const status = withTrouble(draft.status, plights, timestamp(scene.now));
  return withEvent({ ...awake, status }, ...fresh.map(warning));
}

/** What the pods' troubles add to a verdict; a job that has ended is in trouble no more. */
export function explainEnd(scene: Scene, draft: Draft, verdict: Verdict): readonly [Draft, Verdict] {
  const said = saidReasons(draft.status);
  const ended = withoutTrouble(draft);
  if (verdict.type === 'Succeeded') return [ended, verdict];
  const { plights } = plightsOf(scene, said);
  if (plights.length === 0) return [ended, verdict];
  const fresh = plights.filter(({ reason }) => !said.has(reason));
  return [withEvent(ended, ...fresh.map(warning)), { ...verdict, message: `${verdict.message} (${textOf(plights)})` }];
}

export function withoutTrouble(draft: Draft): Draft {
  const conditions = draft.status.conditions ?? [];
  if (!conditions.some(isTrouble)) return draft;
  return { ...draft, status: { ...draft.status, conditions: conditions.filter((other) => !isTrouble(other)) } };
}

const isTrouble = ({ type }: JobCondition): boolean => type === POD_TROUBLE;

const saidReasons = (status: JobStatus): ReadonlySet<string> =>
  new Set(status.conditions?.find(isTrouble)?.reason?.split(',') ?? []);

function plightsOf(scene: Scene, said: ReadonlySet<string>) {
  const found = new Map<string, { readonly first: string; readonly message: string; count: number }>();
  const wakes: number[] = [];
  for (const { pod, name } of scene.roster.seats) {
    const { trouble, wake } = pod ? diagnose(pod, scene.now, said) : {};
    if (wake !== undefined && wake > scene.now) wakes.push(wake);
    if (!trouble) continue;
    const known = found.get(trouble.reason);
    if (known) known.count += 1;
    else found.set(trouble.reason, { first: name, message: shortened(trouble.message), count: 1 });
  }
  const plights = [...found]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([reason, { first, message, count }]): Plight => {
      const others = count > 1 ? ` and ${count - 1} more` : '';
      return { reason, message: `pod ${first}${others}: ${message}` };
    });
  return { plights, wakes };
}

/** The kubelet's and the scheduler's own words can be very long. */
const LONGEST = 400;
const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

const textOf = (plights: readonly Plight[]): string =>
  plights.map(({ reason, message }) => `${reason}: ${message}`).join('; ');

const warning = ({ reason, message }: Plight) => ({ type: 'Warning' as const, reason, message });

function withTrouble(status: JobStatus, plights: readonly Plight[], at: string): JobStatus {
  const conditions = status.conditions ?? [];
  const others = conditions.filter((condition) => !isTrouble(condition));
  if (plights.length === 0) return { ...status, conditions: others };
  const condition: JobCondition = {
    type: POD_TROUBLE,
    status: 'True',
    reason: plights.map(({ reason }) => reason).join(','),
    message: textOf(plights),
    lastUpdateTime: at,
    lastTransitionTime: conditions.find(isTrouble)?.lastTransitionTime ?? at,
  };
  return { ...status, conditions: [condition, ...others] };
}
