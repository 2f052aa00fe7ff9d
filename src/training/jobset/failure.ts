import { JOB_SET_FAILED, JOB_SET_RESTARTING } from '../../api/jobset-conditions.ts';
import { type Draft, withCondition, withEvent, withoutRestarting } from './draft.ts';
import { type Ruling, rule } from './failure-rules.ts';
import { countedRestarts, withJobRestart, withSetRestart } from './restart-counts.ts';
import { firstFailed, indexOf, type Roster, roleOf, rosterOf } from './roster.ts';
import type { JobGroup } from './set.ts';
import { endLabels } from './success.ts';

/**
 * Rules on every failed Job of the present attempt, until none is left: each is restarted with its set or alone, or the
 * set fails. A restart is counted here and nowhere else, and the runtime writes the count before anything is deleted: the
 * Jobs of the attempt that is over are told by their labels, so that no crash makes it count twice.
 */
export function judgeFailures(set: JobGroup, roster: Roster, draft: Draft): Draft {
  let judged = draft;
  let left = roster;
  while (left.failed.length > 0 && judged.status.terminalState !== JOB_SET_FAILED) {
    judged = judgeOne(set, left, judged);
    left = rosterOf([...left.active, ...left.succeeded, ...left.failed], judged.status);
  }
  return judged;
}

function judgeOne(set: JobGroup, { failed }: Roster, draft: Draft): Draft {
  const first = firstFailed(failed)?.metadata.name ?? '';
  if (!set.failure)
    return fail(set, draft, 'FailedJobs', `jobset failed due to one or more job failures (first failed job: ${first})`);
  const ruling = rule(set, failed);
  if (!ruling) return draft;
  if (ruling.action === 'FailJobSet') return fail(set, draft, eventReason(ruling), messageOf(ruling));
  const counts = !ruling.action.endsWith('AndIgnoreMaxRestarts');
  if (counts && countedRestarts(draft.status) >= (set.failure.maxRestarts ?? 0)) {
    const message = `jobset failed due to reaching max number of restarts (first failed job: ${ruling.job.metadata.name})`;
    return fail(set, draft, 'ReachedMaxRestarts', message);
  }
  return ruling.action.startsWith('RestartJobSet')
    ? restartSet(ruling, draft, counts)
    : restartJob(set, ruling, draft, counts);
}

function restartSet(ruling: Ruling, draft: Draft, counts: boolean): Draft {
  const counted = { ...draft, status: withSetRestart(draft.status, counts) };
  const reason = ruling.rule ? `FailurePolicy_${ruling.rule}` : 'DefaultFailurePolicy';
  const message = messageOf(ruling);
  const told = withCondition(counted, { type: JOB_SET_RESTARTING, status: 'True', reason, message }, 'Warning');
  return withEvent(told, 'Warning', eventReason(ruling), message);
}

function restartJob(set: JobGroup, ruling: Ruling, draft: Draft, counts: boolean): Draft {
  const role = roleOf(ruling.job);
  const replicas = set.roles.find(({ name }) => name === role)?.replicas ?? 0;
  const place = { role, index: indexOf(ruling.job), replicas };
  const counted = { ...draft, status: withJobRestart(draft.status, place, counts) };
  return withEvent(counted, 'Warning', eventReason(ruling), messageOf(ruling));
}

function fail(set: JobGroup, draft: Draft, reason: string, message: string): Draft {
  const failed = withCondition(draft, { type: JOB_SET_FAILED, status: 'True', reason, message }, 'Warning');
  const ended = withoutRestarting(failed, 'JobSetFailed', 'jobset failed');
  return {
    ...ended,
    status: { ...ended.status, terminalState: JOB_SET_FAILED },
    counts: [...ended.counts, { counter: 'jobset_failed_total', labels: endLabels(set) }],
  };
}

const eventReason = ({ action }: Ruling): string => `${action}FailurePolicyAction`;

const messageOf = ({ action, job }: Ruling): string =>
  `applying ${action} failure policy action (first failed job: ${job.metadata.name})`;
