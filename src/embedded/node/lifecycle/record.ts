import type { Instant } from '../../../runtime/environment.ts';
import type { Pod } from '../pod-types.ts';

/** What a node knows of a pod that it runs: the observed half of a plan. Values are replaced, never changed. */
export interface PodRecord {
  /** When the node took the pod on; status.startTime. */
  readonly acceptedAt: Instant;
  readonly ip?: string;
  readonly setup: Setup;
  readonly containers: ReadonlyMap<string, ContainerRecord>;
  /** The pod was taken out of the API: nothing is left to report. */
  readonly gone?: boolean;
  /** When the node began to end the pod as a whole. */
  readonly endingSince?: Instant;
}

/** Folders and addresses that must stand before the first container. */
export interface Setup {
  readonly stage: 'none' | 'running' | 'done';
  readonly failures: number;
  readonly failure?: Blocked;
}

/** Why something has not begun. */
export interface Blocked {
  readonly reason: string;
  readonly message: string;
  readonly at: Instant;
}

export interface ContainerRecord {
  /** Runs that ended and were followed, or will be followed, by another. */
  readonly restarts: number;
  readonly run?: Run;
  /** How the run before `run` ended. */
  readonly last?: Exit;
  /** Why the next run could not be started, and how often in a row. */
  readonly blocked?: Blocked;
  readonly blockedTimes: number;
  /** Restarts that count for backoff, and when the latest was made. */
  readonly crashes: number;
}

export interface Run {
  readonly id: string;
  readonly image: string;
  readonly imageId: string;
  /** `starting`: the process or its postStart hook is not through yet. */
  readonly stage: 'starting' | 'running' | 'stopping' | 'exited';
  readonly startedAt: Instant;
  readonly probes: Readonly<Partial<Record<ProbeKind, ProbeState>>>;
  /** How many seconds it was given when it was told to stop. */
  readonly stopGraceSeconds?: number;
  readonly exit?: Exit;
}

export interface Exit {
  readonly id: string;
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
}

export type ProbeKind = 'startup' | 'readiness' | 'liveness';

export interface ProbeState {
  readonly inFlight: boolean;
  readonly lastAt?: Instant;
  readonly successes: number;
  readonly failures: number;
  /** The last verdict, which takes as many results in a row as the thresholds ask. */
  readonly verdict?: 'passed' | 'failed';
}

export const FRESH_CONTAINER: ContainerRecord = { restarts: 0, blockedTimes: 0, crashes: 0 };

export const recordOf = (record: PodRecord, name: string): ContainerRecord =>
  record.containers.get(name) ?? FRESH_CONTAINER;

/** A record in which nothing has happened yet. */
export function freshRecord(now: Instant): PodRecord {
  return { acceptedAt: now, setup: { stage: 'none', failures: 0 }, containers: new Map() };
}

/** The record with one container's part replaced. */
export function withContainer(record: PodRecord, name: string, container: ContainerRecord): PodRecord {
  return { ...record, containers: new Map(record.containers).set(name, container) };
}

/** The record with a part of one container's current run replaced; nothing changes when it has none. */
export function withRun(record: PodRecord, name: string, change: Partial<Run>): PodRecord {
  const container = recordOf(record, name);
  if (!container.run) return record;
  return withContainer(record, name, { ...container, run: { ...container.run, ...change } });
}

/**
 * What a node that was restarted can still know: how containers ended stands in the pod's status; what ran then was
 * ended by whoever started the node again, with an unknown exit code.
 */
export function recoveredRecord(pod: Pod, now: Instant): PodRecord {
  const { status } = pod;
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const containers = new Map<string, ContainerRecord>();
  for (const { name, restartCount, state, lastState, image, imageID } of statuses) {
    const ended = state?.terminated ?? (state?.waiting ? lastState?.terminated : undefined);
    const was = state?.running;
    if (!ended && !was) continue;
    const startedAt = instantOf(ended?.startedAt ?? was?.startedAt, now);
    const id = (ended?.containerID ?? '').replace(/^process:\/\//, '');
    const exit: Exit = ended
      ? {
          id,
          exitCode: ended.exitCode,
          reason: ended.reason ?? 'Error',
          ...(ended.message !== undefined && { message: ended.message }),
          startedAt,
          finishedAt: instantOf(ended.finishedAt, now),
        }
      : { id, exitCode: 137, reason: 'ContainerStatusUnknown', message: LOST, startedAt, finishedAt: now };
    const run: Run = { id, image, imageId: imageID, stage: 'exited', startedAt, probes: {}, exit };
    containers.set(name, { restarts: restartCount, run, blockedTimes: 0, crashes: 0 });
  }
  return { ...freshRecord(instantOf(status?.startTime, now)), containers };
}

const LOST = 'the node was restarted while the container ran, so its exit code is not known';

const instantOf = (time: string | undefined, otherwise: Instant): Instant =>
  time === undefined ? otherwise : Date.parse(time);
