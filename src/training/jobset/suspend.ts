import type { BatchJob } from '../../api/job-template.ts';
import { JOB_SET_SUSPENDED } from '../../api/jobset-conditions.ts';
import type { PodTemplate } from '../../api/pod-template.ts';
import type { ChildPatch } from '../../runtime/domain.ts';
import { mergePatch } from '../../runtime/json.ts';
import { childJob } from './child-job.ts';
import { type Draft, withCondition, withoutRestarting } from './draft.ts';
import type { Turn } from './order.ts';
import { indexOf, type Roster, roleOf } from './roster.ts';
import type { JobGroup } from './set.ts';
import { isSuspended } from './status.ts';

const isGoing = (job: BatchJob): boolean => job.metadata.deletionTimestamp !== undefined;

/** Stops every Job that is not finished. */
export const suspensions = (set: JobGroup, roster: Roster): readonly ChildPatch[] =>
  set.suspended
    ? roster.active
        .filter((job) => !isSuspended(job) && !isGoing(job))
        .map((object) => ({ object, body: { spec: { suspend: true } } }))
    : [];

/** Starts the stopped Jobs whose turn it is, with what a queue has meanwhile written into the set's templates. */
export function resumptions(set: JobGroup, roster: Roster, turn: Turn, draft: Draft): readonly ChildPatch[] {
  if (set.suspended) return [];
  return roster.active
    .filter((job) => isSuspended(job) && !isGoing(job))
    .flatMap((job) => {
      const role = turn.open.find(({ name }) => name === roleOf(job));
      return role ? resume(job, childJob(set, role, indexOf(job), draft.status)) : [];
    });
}

/** A Job's template can only change before its start, so a start that lies behind it is forgotten first. */
function resume(object: BatchJob, wanted: BatchJob): readonly ChildPatch[] {
  const template = templateChange(object.spec.template, wanted.spec.template);
  const body = { spec: { suspend: false, ...(template && { template }) } };
  if (!template || object.status?.startTime === undefined) return [{ object, body }];
  return [
    { object, subresource: 'status', body: { status: { startTime: null } } },
    { object, body },
  ];
}

/**
 * Labels and annotations are added to those that others put there, the Job controller among them; where pods may run is
 * the set's own say, so that what an earlier admission chose does not stay.
 */
function templateChange(present: PodTemplate, wanted: PodTemplate): object | undefined {
  const metadata = present.metadata ?? {};
  const merged = {
    labels: { ...metadata.labels, ...wanted.metadata?.labels },
    annotations: { ...metadata.annotations, ...wanted.metadata?.annotations },
  };
  const change = mergePatch(
    { metadata: { labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} }, spec: scheduling(present) },
    { metadata: merged, spec: scheduling(wanted) },
  );
  return change as object | undefined;
}

const scheduling = ({ spec }: PodTemplate) => ({
  nodeSelector: spec?.nodeSelector ?? {},
  tolerations: spec?.tolerations ?? [],
  schedulingGates: spec?.schedulingGates ?? [],
});

/** Says whether the set is stopped; that it goes on is said once every replicated job has had its turn. */
export function tellSuspension(set: JobGroup, turn: Turn, draft: Draft): Draft {
  const type = JOB_SET_SUSPENDED;
  if (set.suspended) {
    const message = 'jobset is suspended';
    const told = withCondition(draft, { type, status: 'True', reason: 'SuspendedJobs', message });
    return withoutRestarting(told, 'JobSetSuspended', message);
  }
  if (turn.startup === 'in progress') return draft;
  return withCondition(draft, { type, status: 'False', reason: 'ResumeJobs', message: 'jobset is resumed' });
}
