import type { JobSet } from '../../api/jobset.ts';
import { JOB_SET_STARTUP_COMPLETED, JOB_SET_STARTUP_IN_PROGRESS } from '../../api/jobset-conditions.ts';
import { controllerOf, type KubeObject } from '../../api/kube.ts';
import { MANAGED_BY_JOB_SET_CONTROLLER } from '../../api/labels.ts';
import type { Observed, Plan, Removal } from '../../runtime/domain.ts';
import type { Instant } from '../../runtime/environment.ts';
import { goneWakes, lostPodsOn } from '../node-loss.ts';
import { childJob } from './child-job.ts';
import { endOf } from './conditions.ts';
import { type Draft, withCondition, withoutRestarting } from './draft.ts';
import { judgeFailures } from './failure.ts';
import { type LostJob, lossWakes, lostJobs, replacements, tellLoss, withFailedByLoss } from './lost-nodes.ts';
import { type Turn, turnOf } from './order.ts';
import { type Roster, rosterOf } from './roster.ts';
import { isThere, type Scene, sceneOf } from './scene.ts';
import { headlessService } from './service.ts';
import { jobName } from './set.ts';
import { allReady, withCounts } from './status.ts';
import { complete, hasSucceeded } from './success.ts';
import { resumptions, suspensions, tellSuspension } from './suspend.ts';
import { sharedClaims } from './volumes.ts';

const NOTHING: Plan = { children: [] };

/** What should be true of a JobSet, given what is. Pure. */
export function planJobSet(observed: Observed<JobSet>, now: Instant): Plan {
  const { metadata, spec } = observed.object;
  if (metadata.deletionTimestamp !== undefined) return NOTHING;
  if ((spec.managedBy ?? MANAGED_BY_JOB_SET_CONTROLLER) !== MANAGED_BY_JOB_SET_CONTROLLER) return NOTHING;
  const scene = sceneOf(observed, now);
  const { set, roster } = scene;
  const counted: Draft = { status: withCounts(set, roster, set.status), events: [], counts: [], now };
  if (endOf(set.status) !== undefined) return planFinished(scene, roster, counted);

  const settled =
    !set.suspended && allReady(set, counted.status)
      ? withoutRestarting(counted, 'JobsReady', 'all jobs are ready')
      : counted;
  const lost = lostJobs(scene);
  const failed = withFailedByLoss(roster, lost, now);
  if (failed.failed.length > 0) return planFailure({ ...scene, roster: failed }, tellLoss(settled, lost));
  if (hasSucceeded(set, roster)) return planFinished(scene, roster, complete(set, settled), true);
  return planLive(scene, tellLoss(settled, lost), lost);
}

/** The verdict or the restart is written before anything is deleted: without it, the Jobs would be made again as they were. */
function planFailure(scene: Scene, draft: Draft): Plan {
  const judged = judgeFailures(scene.set, scene.roster, draft);
  const roster = rosterOf(scene.children, judged.status);
  if (endOf(judged.status) !== undefined) return planFinished(scene, roster, judged, true);
  return { ...planOf(scene, judged), remove: removals(scene, roster.previous), statusFirst: true };
}

/** What has finished stays to be read; what still runs has nobody to run for. */
function planFinished(scene: Scene, roster: Roster, draft: Draft, fresh = false): Plan {
  const expiry = expiryOf(scene, draft);
  if (!fresh && expiry !== undefined && scene.now >= expiry) return { children: [], removeSelf: true };
  const plan = planOf(scene, draft, expiry === undefined ? [] : [expiry]);
  return { ...plan, remove: removals(scene, [...roster.active, ...roster.previous]), statusFirst: fresh };
}

/** A set that stands for another object, such as a TrainJob, stays at least so long that its end can be read there. */
const READ_MS = 5000;

function expiryOf({ set }: Scene, { status }: Draft): Instant | undefined {
  const { ttlSecondsAfterFinished } = set.object.spec;
  const end = endOf(status);
  if (ttlSecondsAfterFinished === undefined || end === undefined) return undefined;
  return end + Math.max(ttlSecondsAfterFinished * 1000, controllerOf(set.object) ? READ_MS : 0);
}

function planLive(scene: Scene, draft: Draft, lost: readonly LostJob[]): Plan {
  const { set, roster } = scene;
  const turn = turnOf(set, draft.status);
  const told = tellSuspension(set, turn, tellStartup(turn, draft));
  const claims = sharedClaims(set).filter(({ object }) => !isThere(scene, object));
  const service = headlessService(set);
  return {
    ...planOf(scene, told),
    children: [
      ...(set.hostnames && !isThere(scene, service) ? [service] : []),
      ...claims.filter(({ kept }) => !kept).map(({ object }) => object),
      ...missingJobs(scene, turn, draft),
    ],
    lasting: claims.filter(({ kept }) => kept).map(({ object }) => object),
    patches: [...suspensions(set, roster), ...resumptions(set, roster, turn, draft)],
    remove: [...replacements(lost), ...removals(scene, roster.previous)],
  };
}

function missingJobs({ set, roster, children }: Scene, turn: Turn, { status }: Draft): readonly KubeObject[] {
  if (set.failure?.restartStrategy === 'BlockingRecreate' && roster.previous.length > 0) return [];
  const taken = new Set(children.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name));
  return turn.open.flatMap((role) =>
    Array.from({ length: role.replicas }, (_, index) => index)
      .filter((index) => !taken.has(jobName(set, role.name, index)))
      .map((index) => childJob(set, role, index, status)),
  );
}

function tellStartup({ startup }: Turn, draft: Draft): Draft {
  if (startup === undefined) return draft;
  const over = startup === 'completed';
  return withCondition(draft, {
    type: over ? JOB_SET_STARTUP_COMPLETED : JOB_SET_STARTUP_IN_PROGRESS,
    status: 'True',
    reason: over ? 'InOrderStartupPolicyCompleted' : 'InOrderStartupPolicyInProgress',
    message: over ? 'in order startup policy has completed' : 'in order startup policy is in progress',
  });
}

/** Jobs go in the foreground: their names, and so their successors, wait until their pods are gone. */
const removals = (scene: Scene, jobs: readonly KubeObject[]): readonly Removal[] => [
  ...jobs
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((object) => ({ object, foreground: true })),
  ...lostPodsOn(scene),
];

function planOf(scene: Scene, draft: Draft, wakes: readonly Instant[] = []): Plan {
  const all = [...wakes, ...goneWakes(scene), ...lossWakes(scene)];
  return {
    children: [],
    status: draft.status,
    events: draft.events,
    counts: draft.counts,
    ...(all.length > 0 && { wakeAt: Math.min(...all) }),
  };
}
