import { phaseOf } from '../api/pod-phase.ts';
import type { Instant } from '../runtime/environment.ts';
import { nextAttempt, restartsWhole, withoutCounts } from './attempt.ts';
import { isTrue } from './conditions.ts';
import { type Draft, withEvent } from './draft.ts';
import { doublingPause } from './pause.ts';
import { isTerminating, type Pod } from './pod-state.ts';
import type { Scene } from './scene.ts';

/** How long a part of a gang may hold nodes while the rest finds none, in seconds, unless the job or the installation says otherwise. */
export const PARTIAL_GANG_SECONDS = 300;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 600_000;

/**
 * Gives back the nodes that a part of a gang holds while the rest of it finds none, so that two jobs which wait for each
 * other's nodes cannot wait for ever, and begins another attempt after a pause. Only for jobs that restart as a whole,
 * and only where no gang scheduler sees to it. Costs nothing of the backoff limit.
 */
export function releasePartialGang(scene: Scene, draft: Draft): Draft | undefined {
  const due = releaseDue(scene);
  if (due === undefined || scene.now < due) return undefined;
  const { attempt } = draft.status;
  const pause =
    doublingPause((attempt?.incomplete ?? 0) + 1, FIRST_PAUSE_MS, LONGEST_PAUSE_MS) *
    (0.5 + jitterOf(`${scene.job.uid}/${attempt?.number ?? 1}`));
  const status = nextAttempt(withoutCounts(draft.status), { incomplete: true, notBefore: scene.now + pause });
  const waiting = scene.roster.seats.filter(({ pod }) => !isPlaced(pod)).map(({ name }) => name);
  const listed =
    waiting.length > 3 ? `${waiting.slice(0, 3).join(', ')} and ${waiting.length - 3} more` : waiting.join(', ');
  const message = `${listed} found no node within ${limitOf(scene)} s; the nodes of the others are given back, and all of them are tried again in ${Math.round(pause / 1000)} s`;
  return withEvent({ ...draft, status }, { type: 'Warning', reason: 'GangIncomplete', message });
}

export function partialGangWakes(scene: Scene): readonly Instant[] {
  const due = releaseDue(scene);
  return due !== undefined && due > scene.now ? [due] : [];
}

const limitOf = ({ job, options }: Scene): number =>
  job.runPolicy.schedulingPolicy?.scheduleTimeoutSeconds ?? options.partialGangSeconds ?? PARTIAL_GANG_SECONDS;

/** Since when nodes have been held in vain, and for how long they may be; nothing when the gang is complete. */
function releaseDue(scene: Scene): Instant | undefined {
  const { job, gang, roster } = scene;
  if (!restartsWhole(job) || gang || isTrue(job.status, 'Running')) return undefined;
  const placed = roster.seats.flatMap(({ pod }) => (isPlaced(pod) ? [pod] : []));
  const enough = job.runPolicy.schedulingPolicy?.minAvailable ?? roster.seats.length;
  const holding = placed.filter((pod) => ['Pending', 'Running'].includes(phaseOf(pod)));
  if (placed.length >= enough || holding.length === 0) return undefined;
  const since = Math.min(...holding.map(placedAt));
  return Number.isFinite(since) ? since + limitOf(scene) * 1000 : undefined;
}

const isPlaced = (pod: Pod | undefined): pod is Pod => pod?.spec?.nodeName !== undefined && !isTerminating(pod);

function placedAt(pod: Pod): Instant {
  const scheduled = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'True');
  return Date.parse(scheduled?.lastTransitionTime ?? pod.status?.startTime ?? pod.metadata.creationTimestamp ?? '');
}

/** From 0 to 1, the same for the same text: two jobs in each other's way do not come back at the same moment. */
function jitterOf(text: string): number {
  let hash = 0;
  for (const char of text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 65_521;
  return hash / 65_521;
}
