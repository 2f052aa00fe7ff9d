import { createHash } from 'node:crypto';
import { BATCH_JOB } from '../../api/kinds.ts';
import type { Condition, KubeObject } from '../../api/kube.ts';
import { TEMPLATE_HASH_ANNOTATION } from '../../api/labels.ts';
import type { MPIJobSpec } from '../../api/mpi-job.ts';
import { phaseOf } from '../../api/pod-phase.ts';
import type { Found } from '../../runtime/domain.ts';
import { attemptLabels, restartsWhole } from '../attempt.ts';
import type { Verdict } from '../failure.ts';
import { mayMakePods } from '../gang-restart.ts';
import { replicaOf, totalReplicas } from '../job.ts';
import type { JobKind } from '../job-kind.ts';
import { isTerminating, type Pod, type Seat } from '../pod-state.ts';
import { podFor } from '../pods.ts';
import { type Scene, waitsForGroup } from '../scene.ts';
import { companion } from './companions.ts';
import { LAUNCHER, launcherName, type MPIJobView, waitsForWorkers, workerNames } from './job.ts';

/** The launcher over ssh: a Job of Kubernetes' own, which starts a launcher that failed anew. */
export interface LauncherJob extends KubeObject {
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: {
    readonly active?: number;
    readonly ready?: number;
    readonly failed?: number;
    readonly conditions?: readonly Condition[];
  };
}

const isLauncherJob = (child: KubeObject): child is LauncherJob =>
  child.kind === BATCH_JOB.kind && child.apiVersion === 'batch/v1';

const conditionOf = (job: LauncherJob, type: string) =>
  job.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');

/**
 * The launcher's Job as it is to be: once it is there only `suspend` is changed, for the rest of a Job is fixed. One that
 * never ran, and whose template is out of date (queues add node selectors before they let a job go), makes way for a new one.
 */
export function launcherJob(scene: Scene<MPIJobSpec>): readonly KubeObject[] {
  const present = scene.children.find(isLauncherJob);
  const suspended = scene.job.runPolicy.suspend;
  const admitted = suspended || !waitsForGroup(scene);
  const ready = admitted && (!waitsForWorkers(scene.job) || startsTogether(scene) || workersReady(scene.roster.seats));
  if (!present) return ready && mayMakePods(scene) ? [freshJob(scene, suspended)] : [];
  if (scene.stale.includes(present)) return [];
  const waits = present.spec?.suspend === true;
  if (waits && (isTerminating(present) || isOutdated(scene, present))) return [];
  return [companion(scene, BATCH_JOB, launcherName(scene.job), { spec: { suspend: suspended || (waits && !ready) } })];
}

const isOutdated = (scene: Scene<MPIJobSpec>, { metadata }: LauncherJob): boolean =>
  metadata.annotations?.[TEMPLATE_HASH_ANNOTATION] !== hashOf(templateOf(scene));

function freshJob(scene: Scene<MPIJobSpec>, suspend: boolean): KubeObject {
  const template = templateOf(scene);
  const { metadata, ...job } = companion(scene, BATCH_JOB, launcherName(scene.job), {
    spec: { ...limitsOf(scene.job), podReplacementPolicy: 'Failed', suspend, template },
  });
  return {
    ...job,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...attemptLabels(scene.job) },
      annotations: { [TEMPLATE_HASH_ANNOTATION]: hashOf(template) },
    },
  };
}

/** Where launcher and workers are begun anew together, one failure ends the Job, and the limits are for all attempts. */
function limitsOf(job: MPIJobView): object {
  if (restartsWhole(job)) return { backoffLimit: 0 };
  const { backoffLimit, activeDeadlineSeconds } = job.runPolicy;
  return {
    ...(backoffLimit === undefined ? {} : { backoffLimit }),
    ...(activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds }),
  };
}

function templateOf(scene: Scene<MPIJobSpec>): object {
  const { kind, job, options, gang } = scene;
  const launcher = replicaOf(job, LAUNCHER.type);
  if (!launcher) return {};
  const { metadata, spec } = podFor(kind as JobKind, job, launcher, LAUNCHER.index, options, gang);
  const { labels, annotations } = metadata;
  return { metadata: { ...(labels && { labels }), ...(annotations && { annotations }) }, spec };
}

const hashOf = (template: object): string =>
  createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 16);

/** A gang that is not whole without the launcher would wait for it for ever, and it for them. */
export function startsTogether({ gang, job }: Scene<MPIJobSpec>): boolean {
  const members = job.runPolicy.schedulingPolicy?.minAvailable ?? totalReplicas(job);
  return gang !== undefined && members > workerNames(job).length;
}

/** The launcher's Job, if it has not ended. */
export const workingLauncher = ({ children }: Scene<MPIJobSpec>): readonly KubeObject[] =>
  children.filter((child) => isLauncherJob(child) && !isTerminating(child) && !hasEnded(child));

const hasEnded = (job: LauncherJob): boolean =>
  conditionOf(job, 'Complete') !== undefined || conditionOf(job, 'Failed') !== undefined;

/** Every worker says that it is ready. */
export const workersReady = (seats: readonly Seat[]): boolean =>
  seats.every(({ type, pod }) => type !== 'Worker' || (pod !== undefined && !isTerminating(pod) && isReady(pod)));

const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/**
 * The launcher's Job in the place of its pods, which belong to it and not to the MPIJob. One that failed says what its last
 * pod failed of.
 */
export function launcherPods(children: readonly KubeObject[], lookups: Found): readonly Pod[] {
  return children.filter(isLauncherJob).map((job) => {
    const phase = phaseOfJob(job);
    const last = phase === 'Failed' ? lastFailed(lookups) : undefined;
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: job.metadata,
      ...(last?.spec && { spec: last.spec }),
      status: { ...last?.status, phase },
    };
  });
}

function phaseOfJob(job: LauncherJob): string {
  if (conditionOf(job, 'Complete')) return 'Succeeded';
  if (conditionOf(job, 'Failed')) return 'Failed';
  return (job.status?.ready ?? 0) > 0 ? 'Running' : 'Pending';
}

/** Pods of the launcher's Job, in the scene's lookups. */
export const LAUNCHER_PODS = 'launcherPods';

/** The Jobs whose pods are looked up. */
export const launcherJobUids = (children: readonly KubeObject[]): readonly string[] =>
  children.filter(isLauncherJob).map(({ metadata }) => metadata.uid ?? '');

/** Launchers that failed, those that were tried again included. */
export const failedLaunchers = ({ children, stale }: Scene<MPIJobSpec>): number =>
  children.filter((child) => !stale.includes(child)).find(isLauncherJob)?.status?.failed ?? 0;

const LONGEST = 1024;

/** The Job's own word on why it gave up, and what became of the last launcher it tried. */
export function judgeLauncher(scene: Scene<MPIJobSpec>): Verdict | undefined {
  if (restartsWhole(scene.job)) return undefined;
  const job = scene.children.find(isLauncherJob);
  const failed = job && !isTerminating(job) ? conditionOf(job, 'Failed') : undefined;
  if (!failed) return undefined;
  const { job: mpiJob } = scene;
  const message = failed.message || `MPIJob ${mpiJob.namespace}/${mpiJob.name} has failed`;
  const last = failed.reason === 'BackoffLimitExceeded' ? lastFailure(scene) : undefined;
  return {
    type: 'Failed',
    message: `${message}${last ? `: ${last.message}` : ''}`.slice(0, LONGEST),
    ...(failed.reason && { reason: `${failed.reason}${last ? `/${last.reason}` : ''}` }),
  };
}

function lastFailure(scene: Scene<MPIJobSpec>): { readonly reason: string; readonly message: string } | undefined {
  const last = lastFailed(scene.lookups);
  if (!last) return undefined;
  const ends = (last.status?.containerStatuses ?? []).flatMap(({ state }) => state?.terminated ?? []);
  const end = ends.find(({ exitCode }) => exitCode !== 0);
  const code = end?.exitCode === undefined ? '' : ` with exit code ${end.exitCode}`;
  return {
    reason: last.status?.reason || end?.reason || 'Error',
    message: `the last launcher, pod ${last.metadata.name}, failed${code}`,
  };
}

function lastFailed(lookups: Found): Pod | undefined {
  const pods = (lookups[LAUNCHER_PODS] ?? []) as readonly Pod[];
  const born = ({ metadata }: Pod) => Date.parse(metadata.creationTimestamp ?? '') || 0;
  return pods.filter((pod) => phaseOf(pod) === 'Failed').sort((a, b) => born(b) - born(a))[0];
}

/** Every worker runs, or has run. */
export const workersUp = (seats: readonly Seat[]): boolean =>
  seats.every(
    ({ type, pod }) =>
      type !== 'Worker' ||
      (pod !== undefined && !isTerminating(pod) && ['Running', 'Succeeded'].includes(phaseOf(pod))),
  );
