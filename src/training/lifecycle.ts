import { phaseOf } from '../api/pod-phase.ts';
import { timestamp } from '../api/timestamp.ts';
import { restartsWhole } from './attempt.ts';
import { isTrue } from './conditions.ts';
import { type Draft, draftOf, messageOf, reasonOf, withCondition, withEvent, withJobCount } from './draft.ts';
import { deadlineOf, replaceable, type Verdict } from './failure.ts';
import { isTerminating } from './pod-state.ts';
import { type Scene, waitsForGroup } from './scene.ts';

/** The first look at a job. */
export function recordCreation(scene: Scene, draft: Draft = draftOf(scene)): Draft {
  if (isTrue(draft.status, 'Created')) return draft;
  const created = withCondition(draft, scene, 'Created', messageOf(scene, 'created'));
  return withJobCount(withEvent(created, ...templateWarnings(scene)), scene, 'training_operator_jobs_created_total');
}

/** Fields of the template that do not take effect are said so, once. */
function templateWarnings(scene: Scene) {
  return scene.job.replicas.flatMap(({ type, template }) => [
    ...(template.spec?.restartPolicy
      ? [
          {
            type: 'Warning' as const,
            reason: 'SetPodTemplateRestartPolicy',
            message: `Restart policy in the pod template of ${type} is overridden by the replica's restartPolicy`,
          },
        ]
      : []),
    ...(scene.gang && template.spec?.schedulerName
      ? [
          {
            type: 'Warning' as const,
            reason: 'SetPodTemplateSchedulerName',
            message: `The pod template of ${type} names its own scheduler ${template.spec.schedulerName}; its pods may not start together with the others`,
          },
        ]
      : []),
  ]);
}

/** The clock of the deadline starts: not while the pods wait for their group to be admitted. */
export function recordStart(scene: Scene, draft: Draft): Draft {
  const deadline = (started: Draft): Draft => {
    const at = deadlineOf(scene, started.status);
    return at === undefined ? started : { ...started, wakes: [...started.wakes, at] };
  };
  if (draft.status.startTime) return deadline(draft);
  if (waitsForGroup(scene)) return draft;
  return deadline({ ...draft, status: { ...draft.status, startTime: timestamp(scene.now) } });
}

/** Running as soon as the framework's rule says so; after a restart, only when every pod is back. */
export function recordProgress(scene: Scene, draft: Draft): Draft {
  const { stage, message } = scene.kind.progress(scene.job, scene.tally, scene.roster);
  if (stage !== 'running' || replaceable(scene).length > 0) return draft;
  const together = isTrue(draft.status, 'Restarting') || restartsWhole(scene.job);
  if (together && !everyPodStarted(scene)) return draft;
  return withCondition(complete(draft), scene, 'Running', message);
}

/** The attempt has all of its pods. */
function complete(draft: Draft): Draft {
  if (draft.status.attempt?.incomplete === undefined) return draft;
  const { incomplete: _, ...attempt } = draft.status.attempt;
  return { ...draft, status: { ...draft.status, attempt } };
}

/** A pod on its way out is not one that started: its successor is still to come. */
const everyPodStarted = (scene: Scene): boolean =>
  scene.roster.seats.every(({ pod }) => pod !== undefined && !isTerminating(pod) && phaseOf(pod) !== 'Pending');

/** The end: nothing is made after this. */
export function recordEnd(scene: Scene, draft: Draft, verdict: Verdict): Draft {
  const { type, message, reason = reasonOf(scene, type) } = verdict;
  const ended = withCondition(draft, scene, type, message, { reason });
  const status = { ...ended.status, completionTime: timestamp(scene.now) };
  const told = withEvent({ ...ended, status }, { type: type === 'Failed' ? 'Warning' : 'Normal', reason, message });
  return withJobCount(told, scene, `training_operator_jobs_${type === 'Failed' ? 'failed' : 'successful'}_total`);
}
