import { JOB_SET_COMPLETED } from '../../api/jobset-conditions.ts';
import { type Draft, withCondition, withoutRestarting } from './draft.ts';
import { type Roster, roleOf } from './roster.ts';
import { type JobGroup, totalJobs } from './set.ts';

/** Whether enough of the Jobs that matter have succeeded. */
export function hasSucceeded(set: JobGroup, roster: Roster): boolean {
  const { operator, targetReplicatedJobs: targets = [] } = set.success;
  const matters = (role: string) => targets.length === 0 || targets.includes(role);
  const done = roster.succeeded.filter((job) => matters(roleOf(job))).length;
  if (done === 0) return false;
  const roles = set.roles.filter(({ name }) => matters(name));
  return operator === 'Any' || done >= totalJobs({ roles });
}

const MESSAGE = 'jobset completed successfully';

export function complete(set: JobGroup, draft: Draft): Draft {
  const completed = withCondition(draft, {
    type: JOB_SET_COMPLETED,
    status: 'True',
    reason: 'AllJobsCompleted',
    message: MESSAGE,
  });
  const ended = withoutRestarting(completed, 'JobSetCompleted', MESSAGE);
  return {
    ...ended,
    status: { ...ended.status, terminalState: JOB_SET_COMPLETED },
    counts: [...ended.counts, { counter: 'jobset_completed_total', labels: endLabels(set) }],
  };
}

/** What the counters of ended sets tell apart. */
export const endLabels = ({ name, namespace }: JobGroup) => ({ jobset_name: name, namespace });
