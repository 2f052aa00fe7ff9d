import type { JobStatus } from '../api/job.ts';
import { timestamp } from '../api/timestamp.ts';
import { nextAttempt, withoutCounts } from './attempt.ts';
import { isTrue } from './conditions.ts';
import { type Draft, messageOf, reasonOf, withCondition, withEvent } from './draft.ts';
import type { Scene } from './scene.ts';
import { noneActive, withCounts } from './status.ts';

/** Kueue's contract: a suspended job has no pods, says so, and counts none as active. */
export function recordSuspension(scene: Scene, draft: Draft): Draft {
  if (isTrue(draft.status, 'Suspended')) return draft;
  const message = messageOf(scene, 'suspended');
  const stopped = isTrue(draft.status, 'Running')
    ? withCondition(draft, scene, 'Running', messageOf(scene, 'stopped'), { word: 'Suspended', status: 'False' })
    : { ...draft, status: withoutRestarting(draft.status) };
  const suspended = withCondition(stopped, scene, 'Suspended', message);
  return withEvent(
    { ...suspended, status: withCounts(scene, suspended.status, noneActive(scene.tally)) },
    { type: 'Normal', reason: reasonOf(scene, 'Suspended'), message },
  );
}

const withoutRestarting = (status: JobStatus): JobStatus => ({
  ...status,
  conditions: (status.conditions ?? []).filter((condition) => condition.type !== 'Restarting'),
});

/** The clock starts anew when a job goes on, with another attempt. */
export function recordResumption(scene: Scene, draft: Draft): Draft {
  if (!isTrue(draft.status, 'Suspended')) return draft;
  const message = messageOf(scene, 'resumed');
  const resumed = withCondition(draft, scene, 'Suspended', message, { word: 'Resumed', status: 'False' });
  const { status } = resumed;
  const begun = status.startTime ? nextAttempt(withoutCounts(status)) : status;
  return withEvent(
    { ...resumed, status: { ...begun, startTime: timestamp(scene.now) } },
    { type: 'Normal', reason: reasonOf(scene, 'Resumed'), message },
  );
}
