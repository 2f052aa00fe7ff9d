import type { JobSet } from '../../api/jobset.ts';
import { JOB_SET } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import { MANAGED_BY_TRAINJOB_CONTROLLER, TEMPLATE_HASH_ANNOTATION } from '../../api/labels.ts';
import type { TrainJob, TrainJobStatus } from '../../api/train-job.ts';
import type { TrainingRuntime } from '../../api/training-runtime.ts';
import type { Observed, Plan, PlannedCount, PlannedEvent } from '../../runtime/domain.ts';
import type { Instant } from '../../runtime/environment.ts';
import type { TrainingOptions } from '../options.ts';
import { readSnapshot, runtimeKind, runtimeTitle, snapshotOf, unsupportedRuntime } from './blueprint.ts';
import { companionsOf } from './companions.ts';
import { conditionIn, isFinished } from './conditions.ts';
import { gangProblems, podGroupOf } from './gang.ts';
import type { Layout } from './layout.ts';
import { problemsOf } from './problems.ts';
import { tellProgressServer } from './progress.ts';
import { jobSetOf, layOut } from './render.ts';
import { deadlineOf, failed, type Obstacle, progressed, settled } from './status.ts';

export const RUNTIMES = 'runtimes';
export const CLUSTER_RUNTIMES = 'clusterRuntimes';
/** Of TrainJobs that came to their end. */
export const FINISHED_COUNTER = 'trainer_trainjobs_finished_total';

const NOTHING: Plan = { children: [] };

/** What should be true of a TrainJob, given what is. Pure. */
export function planTrainJob(observed: Observed<TrainJob>, now: Instant, options: TrainingOptions = {}): Plan {
  const { object: job, children } = observed;
  if ((job.spec.managedBy ?? MANAGED_BY_TRAINJOB_CONTROLLER) !== MANAGED_BY_TRAINJOB_CONTROLLER) return NOTHING;
  const jobSet = children.find(({ kind }) => kind === JOB_SET.kind) as JobSet | undefined;
  if (isFinished(job.status)) return planFinished(job, jobSet);
  if (!runtimeKind(job)) return planEnd(job, jobSet, unsupported(job), now);
  const deadline = deadlineOf(job);
  if (deadline !== undefined && now >= deadline) return planEnd(job, jobSet, TOO_LATE, now);
  return planLive(observed, jobSet, { deadline, now, options });
}

const TOO_LATE: Obstacle = { reason: 'DeadlineExceeded', message: 'TrainJob exceeded its active deadline' };

const unsupported = (job: TrainJob): Obstacle => ({
  reason: 'TrainingRuntimeNotSupported',
  message: unsupportedRuntime(job),
});

interface Circumstances {
  readonly deadline: Instant | undefined;
  readonly now: Instant;
  readonly options: TrainingOptions;
}

function planLive(
  { children, lookups, object: job }: Observed<TrainJob>,
  jobSet: JobSet | undefined,
  { deadline, now, options }: Circumstances,
): Plan {
  const kept = readSnapshot(job, children);
  const found = [...(lookups[RUNTIMES] ?? []), ...(lookups[CLUSTER_RUNTIMES] ?? [])][0] as TrainingRuntime | undefined;
  const runtime = kept ?? found;
  const obstacle = obstacleOf(job, runtime, jobSet, options);
  const status = progressed(job, jobSet, obstacle, now);
  const wake = deadline === undefined ? {} : { wakeAt: deadline };
  if (!runtime || obstacle) return { ...reported(job, status), children: [], ...wake };
  const layout = tellProgressServer(layOut(job, runtime.spec), options.progress);
  return {
    ...reported(job, status),
    children: [
      ...(kept ? [] : [snapshotOf(job, runtime)]),
      ...companionsOf(layout, jobSet),
      ...wantedObjects(layout, jobSet, children),
    ],
    ...wake,
  };
}

/** A JobSet that runs is left as it is, whatever else says so. */
function obstacleOf(
  job: TrainJob,
  runtime: TrainingRuntime | undefined,
  jobSet: JobSet | undefined,
  options: TrainingOptions,
): Obstacle | undefined {
  if (jobSet) return undefined;
  if (!runtime) {
    return {
      reason: 'TrainingRuntimeNotFound',
      message: `${runtimeTitle(job)} does not exist: create it, and the TrainJob will start`,
    };
  }
  const problems = [...problemsOf(job, runtime.spec), ...gangProblems(runtime.spec, options)];
  return problems.length === 0 ? undefined : { reason: 'InvalidTrainJob', message: problems.join('; ') };
}

/**
 * The JobSet and its gang are made once, and changed only while either side is suspended. The gang is there before any pod:
 * schedulers start a pod alone whose group they do not find.
 */
function wantedObjects(
  layout: Layout,
  jobSet: JobSet | undefined,
  children: readonly KubeObject[],
): readonly KubeObject[] {
  const suspend = layout.job.spec.suspend === true;
  const running = jobSet !== undefined && !suspend && jobSet.spec.suspend !== true;
  if (running || jobSet?.metadata.deletionTimestamp !== undefined) return [];
  const group = podGroupOf(layout);
  if (group && !jobSet && !children.some(({ kind }) => kind === group.kind)) return [group];
  const wanted = jobSetOf(layout, suspend);
  // Pods start from what the JobSet says, so it has to say the new before it lets go of them.
  const stale = jobSet !== undefined && hashOf(jobSet) !== hashOf(wanted);
  return [...(group ? [group] : []), stale ? jobSetOf(layout, true) : wanted];
}

const hashOf = ({ metadata }: KubeObject): string | undefined => metadata.annotations?.[TEMPLATE_HASH_ANNOTATION];

/** The end is written before anything is taken away: it is never begun again. */
function planEnd(job: TrainJob, jobSet: JobSet | undefined, end: Obstacle, now: Instant): Plan {
  const status = failed(job, jobSet, end, now);
  return {
    ...reported(job, status),
    children: [],
    ...(jobSet && { remove: [{ object: jobSet }] }),
    statusFirst: true,
  };
}

function planFinished(job: TrainJob, jobSet: JobSet | undefined): Plan {
  const late = conditionIn(job.status?.conditions ?? [], 'Failed')?.reason === TOO_LATE.reason;
  const status = settled(job, jobSet);
  return { children: [], ...(status && { status }), ...(late && jobSet && { remove: [{ object: jobSet }] }) };
}

/** The status, and an event for each condition that it turns. */
function reported(job: TrainJob, status: TrainJobStatus | undefined): Pick<Plan, 'status' | 'events' | 'counts'> {
  if (!status) return {};
  const before = job.status?.conditions ?? [];
  const turned = (status.conditions ?? []).filter(({ type, status: now, reason }) => {
    const known = before.find((condition) => condition.type === type);
    return known?.status !== now || known.reason !== reason;
  });
  const events = turned.map(
    ({ type, reason, message }): PlannedEvent => ({
      type: type === 'Failed' || type === 'Pending' ? 'Warning' : 'Normal',
      reason: type === 'Pending' ? 'TrainJobResourcesCreationFailed' : reason,
      message: message || type,
    }),
  );
  const counts = turned
    .filter(({ type }) => type === 'Complete' || type === 'Failed')
    .map(
      ({ type }): PlannedCount => ({
        counter: FINISHED_COUNTER,
        labels: { job_namespace: job.metadata.namespace ?? '', outcome: type.toLowerCase() },
      }),
    );
  return { status, events, counts };
}
