import { MANAGED_BY_MPI_OPERATOR, MANAGED_BY_TRAINING_OPERATOR } from '../api/labels.ts';
import type { Observed, Plan } from '../runtime/domain.ts';
import type { Instant } from '../runtime/environment.ts';
import { attemptNumber } from './attempt.ts';
import { replacementWakes } from './backoff.ts';
import { isCheckpointClaim } from './checkpoint.ts';
import { tellChildren } from './child-events.ts';
import { nameOf, staysWithJob, wantedChildren } from './children.ts';
import { expiryOf, leftovers } from './cleanup.ts';
import { isFinished } from './conditions.ts';
import { type Draft, draftOf, withEvent, withWakes } from './draft.ts';
import { judgeFailure } from './failure.ts';
import { recordLast } from './failure-record.ts';
import { attemptWakes, recordGangRestart } from './gang-restart.ts';
import type { JobKind, TrainingObject } from './job-kind.ts';
import { recordCreation, recordEnd, recordProgress, recordStart } from './lifecycle.ts';
import { forced, lingerWakes, lossEvents, lostPods, makersOf, strandedPods } from './node-loss.ts';
import type { TrainingOptions } from './options.ts';
import { partialGangWakes, releasePartialGang } from './partial-gang.ts';
import { isTerminating } from './pod-state.ts';
import { recordRestarts } from './restarts.ts';
import { type Scene, sceneOf } from './scene.ts';
import { recordStall, stallWakes } from './stall.ts';
import { allDone, recordCounts, withCounts } from './status.ts';
import { judgeSuccess } from './success.ts';
import { recordResumption, recordSuspension } from './suspend.ts';
import { explainEnd, recordTrouble, withoutTrouble } from './tell-trouble.ts';

/** The names under which jobs are ours. */
const OURS: readonly (string | undefined)[] = [undefined, MANAGED_BY_TRAINING_OPERATOR, MANAGED_BY_MPI_OPERATOR];

const NOTHING: Plan = { children: [] };

/** What should be true of a job of this kind, given what is. Pure. */
export function planJob<S>(kind: JobKind<S>, options: TrainingOptions = {}) {
  return (observed: Observed<TrainingObject<S>>, now: Instant): Plan => {
    if (isTerminating(observed.object)) return NOTHING;
    const scene = sceneOf(kind, options, observed, now) as Scene;
    if (isManagedElsewhere(scene)) return NOTHING;
    if (isFinished(scene.job.status)) return planFinished(scene);
    if (scene.job.runPolicy.suspend) return planSuspended(scene);
    return planLive(scene);
  };
}

function isManagedElsewhere({ job }: Scene): boolean {
  return !OURS.includes(job.runPolicy.managedBy);
}

function planLive(scene: Scene): Plan {
  const created = recordCreation(scene);
  const resumed = recordResumption(scene, created);
  const started = recordStart(scene, resumed);
  // What there is belongs to an attempt that is over once this is written; the next look sees it so.
  if (attemptNumber(started.status) > attemptNumber(scene.job.status)) {
    return planOf(scene, withWakes(started, [scene.now]));
  }

  const verdict = judgeSuccess(scene) ?? judgeFailure(scene, started.status);
  if (verdict)
    return planEnd(scene, recordEnd(scene, ...explainEnd(scene, recordLast(scene, started, verdict), verdict)));

  const afresh = recordGangRestart(scene, started) ?? recordStall(scene, started) ?? releasePartialGang(scene, started);
  if (afresh) return planAfresh(scene, afresh);

  const restarted = recordRestarts(scene, started);
  const progressed = recordProgress(scene, restarted);
  const troubled = recordTrouble(scene, progressed);
  const counted = recordCounts(scene, troubled);

  const paced = withWakes(counted, [
    ...replacementWakes(scene, counted.status),
    ...attemptWakes(scene),
    ...partialGangWakes(scene),
    ...stallWakes(scene),
  ]);

  const { upkeep, missing, remove } = wantedChildren(scene, paced.status);
  const stranded = strandedPods(scene);
  const lost = stranded.map(({ pod }) => pod);
  const told = tellChildren(withEvent(paced, ...lossEvents(stranded)), missing, [...remove, ...lost]);
  return {
    ...planOf(scene, told),
    children: [...upkeep, ...missing],
    remove: [
      ...remove.map((object) => ({ object, ...(scene.stale.includes(object) && { foreground: true }) })),
      ...makersOf(scene, lost),
      ...lost.map(forced),
      ...lostPods(scene),
    ],
    statusFirst: restarted !== started,
  };
}

/** Every pod goes, and the next attempt begins when the last of them is gone. */
function planAfresh(scene: Scene, draft: Draft): Plan {
  const stranded = strandedPods(scene).map(({ pod }) => pod);
  const pods = scene.roster.pods.filter((pod) => !isTerminating(pod));
  const asked = pods.filter((pod) => !stranded.includes(pod));
  const told = tellChildren(withoutTrouble(withWakes(draft, [scene.now])), [], pods);
  return {
    ...planOf(scene, told),
    remove: [
      ...asked.map((object) => ({ object })),
      ...makersOf(scene, stranded),
      ...stranded.map(forced),
      ...lostPods(scene),
    ],
    statusFirst: true,
  };
}

/** The verdict is written before anything is cleaned away: without it, the missing pods would be made again. */
function planEnd(scene: Scene, ended: Draft): Plan {
  const succeeded = ended.status.conditions?.at(-1)?.type === 'Succeeded';
  const status = withCounts(scene, ended.status, succeeded ? allDone(scene.tally) : scene.tally);
  const job = { ...scene.job, status };
  return { ...planRest({ ...scene, job }, { ...ended, status, wakes: [] }), status, statusFirst: true };
}

function planFinished(scene: Scene): Plan {
  const expiry = expiryOf(scene.job);
  if (expiry !== undefined && scene.now >= expiry) return { children: [], removeSelf: true, counts: expired(scene) };
  return planRest(scene, draftOf(scene));
}

/** What a job that has ended keeps, and until when. */
function planRest(scene: Scene, draft: Draft): Plan {
  const expiry = expiryOf(scene.job);
  const remove = leftovers(scene);
  const told = tellChildren(expiry === undefined ? draft : { ...draft, wakes: [expiry] }, [], remove);
  return {
    ...planOf(scene, told),
    children: [],
    remove: [...remove.map((object) => ({ object })), ...lostPods(scene)],
  };
}

const expired = ({ job, kind }: Scene) => [
  {
    counter: 'training_operator_jobs_deleted_total',
    labels: { job_namespace: job.namespace, framework: kind.framework },
  },
];

/** The suspension is written before any pod goes: else a job that is let go again at once would not know of it. */
function planSuspended(scene: Scene): Plan {
  const suspended = recordSuspension(scene, withoutTrouble(recordCreation(scene)));
  const kept = scene.kind.extension?.whenSuspended(scene) ?? [];
  const names = new Set(kept.map(nameOf));
  const remove = scene.children.filter(
    (child) =>
      !isTerminating(child) &&
      !isCheckpointClaim(child) &&
      !names.has(nameOf(child)) &&
      !staysWithJob(scene.kind, child),
  );
  const made = kept.filter((object) => !scene.children.some((child) => nameOf(child) === nameOf(object)));
  const told = tellChildren(suspended, made, remove);
  return {
    ...planOf(scene, told),
    children: kept,
    remove: [...remove.map((object) => ({ object })), ...lostPods(scene)],
    statusFirst: true,
  };
}

function planOf(scene: Scene, draft: Draft): Plan {
  const wakes = [...draft.wakes, ...lingerWakes(scene)];
  return {
    children: [],
    ...(draft.status === scene.job.status ? {} : { status: draft.status }),
    events: draft.events,
    counts: draft.counts,
    ...(wakes.length > 0 ? { wakeAt: Math.min(...wakes) } : {}),
  };
}
