import type { Instant } from '../../../runtime/environment.ts';
import { type Container, isSidecar, isTerminal, type Pod } from '../pod-types.ts';
import { type PodRecord, type Run, recordOf } from './record.ts';
import { restarts } from './restart.ts';

/** Why a pod is to come to an end, though its containers might go on. */
export type Ending =
  | { readonly cause: 'gone' | 'deleted' | 'deadline' | 'settled'; readonly graceSeconds: number }
  /** Its containers are over, by the restart policy: only sidecars are left to stop. */
  | { readonly cause: 'over'; readonly graceSeconds: number; readonly failed: boolean };

const DEFAULT_GRACE_SECONDS = 30;

export function endingOf(pod: Pod, record: PodRecord, now: Instant): Ending | undefined {
  const { metadata, spec, status } = pod;
  const grace = spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  if (record.gone) return { cause: 'gone', graceSeconds: metadata.deletionGracePeriodSeconds ?? grace };
  if (metadata.deletionTimestamp) {
    return { cause: 'deleted', graceSeconds: metadata.deletionGracePeriodSeconds ?? grace };
  }
  if (isTerminal(status?.phase)) return { cause: 'settled', graceSeconds: grace };
  const deadline = deadlineOf(pod, record);
  if (deadline !== undefined && now >= deadline) return { cause: 'deadline', graceSeconds: grace };
  const failed = failedForGood(pod, record);
  return failed === undefined ? undefined : { cause: 'over', graceSeconds: grace, failed };
}

/** When `activeDeadlineSeconds` runs out. */
export function deadlineOf({ spec }: Pod, record: PodRecord): Instant | undefined {
  return spec.activeDeadlineSeconds === undefined ? undefined : record.acceptedAt + spec.activeDeadlineSeconds * 1000;
}

/** Whether it failed, when nothing of it is to run again; undefined while something is. */
function failedForGood(pod: Pod, record: PodRecord): boolean | undefined {
  for (const container of pod.spec.initContainers ?? []) {
    const exit = exitOf(recordOf(record, container.name).run);
    if (!isSidecar(container) && exit && exit.exitCode !== 0 && !restarts(pod, container, true, exit)) return true;
  }
  const exits = pod.spec.containers.map((container) => {
    const exit = exitOf(recordOf(record, container.name).run);
    return exit && !restarts(pod, container, false, exit) ? exit : undefined;
  });
  if (exits.some((exit) => exit === undefined)) return undefined;
  return exits.some((exit) => exit?.exitCode !== 0);
}

const exitOf = (run: Run | undefined) => (run?.stage === 'exited' ? run.exit : undefined);

export const isAlive = (run: Run | undefined): run is Run => run !== undefined && run.stage !== 'exited';

/**
 * Whom to stop now: everything but the sidecars at once, then the sidecars one by one, the last that was started first.
 */
export function nextToStop({ spec }: Pod, record: PodRecord): readonly Container[] {
  const alive = (container: Container) => isAlive(recordOf(record, container.name).run);
  const first = [...(spec.initContainers ?? []).filter((one) => !isSidecar(one)), ...spec.containers].filter(alive);
  if (first.length > 0) return first;
  const sidecar = (spec.initContainers ?? []).filter(isSidecar).findLast(alive);
  return sidecar ? [sidecar] : [];
}
