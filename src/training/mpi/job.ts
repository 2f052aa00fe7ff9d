import { DEFAULT_SSH_PATH } from '../../api/mpi-defaults.ts';
import type { MPIJobSpec, MPITransport } from '../../api/mpi-job.ts';
import type { PodSpec } from '../../api/pod-template.ts';
import { type Job, podName, type Replica, replicaOf } from '../job.ts';

/** What the author of an MPIJob asked for, defaults filled in. */

export type MPIJobView = Job<MPIJobSpec>;

export const LAUNCHER = { type: 'Launcher', index: 0 } as const;

/** A job that was stored before the field was there came through v2beta1 if it has what only that version stored. */
export const transportOf = (spec: MPIJobSpec): MPITransport =>
  spec.transport ?? (spec.sshAuthMountPath === undefined ? 'exec' : 'ssh');

export const isSsh = (job: MPIJobView): boolean => transportOf(job.spec) === 'ssh';
export const slotsOf = (job: MPIJobView): number => job.spec.slotsPerWorker ?? 1;
export const sshPathOf = (job: MPIJobView): string => job.spec.sshAuthMountPath ?? DEFAULT_SSH_PATH;
export const launcherName = (job: MPIJobView): string => podName(job, LAUNCHER);
export const configName = (job: MPIJobView): string => `${job.name}-config`;
/** Belongs to this job alone, not to a namesake that is gone and whose Secret is not yet. */
export const keysName = (job: MPIJobView): string => `${job.name}-ssh-${job.uid.slice(0, 8)}`;
export const waitsForWorkers = (job: MPIJobView): boolean => job.spec.launcherCreationPolicy === 'WaitForWorkersReady';

export function workerNames(job: MPIJobView): readonly string[] {
  const count = replicaOf(job, 'Worker')?.count ?? 0;
  return Array.from({ length: count }, (_, index) => podName(job, { type: 'Worker', index }));
}

/** Whether the launcher runs processes of its own: over ssh by request, by exec when it has an accelerator. */
export function launcherWorks(job: MPIJobView): boolean {
  if (isSsh(job)) return job.spec.runLauncherAsWorker ?? false;
  const launcher = replicaOf(job, 'Launcher');
  return launcher !== undefined && asksForGpu(launcher);
}

function asksForGpu({ template, main }: Replica): boolean {
  const { limits, requests } = template.spec?.containers[main]?.resources ?? {};
  return Object.keys({ ...limits, ...requests }).some((name) => name.includes('gpu'));
}

/** The pod's spec with its main container changed. */
export function withMain(
  spec: PodSpec,
  main: number,
  change: (container: PodSpec['containers'][number]) => PodSpec['containers'][number],
): PodSpec {
  return { ...spec, containers: spec.containers.map((container, i) => (i === main ? change(container) : container)) };
}
