import type { Condition, KubeObject } from '../api/kube.ts';
import { REPLICA_INDEX_LABEL, REPLICA_TYPE_LABEL } from '../api/labels.ts';
import { phaseOf } from '../api/pod-phase.ts';
import type { Instant } from '../runtime/environment.ts';
import { type Job, podName, type Replica, type ReplicaRef } from './job.ts';

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode?: number;
    readonly reason?: string;
    /** What it wrote as its last word, or the end of its log. */
    readonly message?: string;
    readonly finishedAt?: string;
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  /** How the container's previous life ended. */
  readonly lastState?: ContainerState;
}

/** The part of a pod that plans read. */
export interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** The fields of {@link Pod}, for the cache. */
export const POD_FIELDS = [
  'spec.nodeName',
  'status.phase',
  'status.reason',
  'status.message',
  'status.startTime',
  'status.conditions',
  'status.containerStatuses',
  'status.initContainerStatuses',
] as const;

/** One pod that should exist, and the one that stands there. */
export interface Seat extends ReplicaRef {
  readonly replica: Replica;
  readonly name: string;
  readonly pod?: Pod;
}

/** A job's pods, each at its place. */
export interface Roster {
  readonly seats: readonly Seat[];
  /** Pods beyond the wanted replicas, or of a type the spec no longer has. */
  readonly surplus: readonly Pod[];
  /** Every pod of the job. */
  readonly pods: readonly Pod[];
}

export interface Count {
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** Counts by replica type. */
export type Tally = Readonly<Record<string, Count>>;

const NONE: Count = { active: 0, succeeded: 0, failed: 0 };

export const countOf = (tally: Tally, type: string): Count => tally[type] ?? NONE;
export const isTerminating = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;
export const hasFailed = (pod: Pod): boolean => phaseOf(pod) === 'Failed' && !isTerminating(pod);

/** The pod was taken away by the cluster (drain, preemption, node loss), not ended by its own doing. */
export const isDisrupted = (pod: Pod): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === 'DisruptionTarget' && condition.status === 'True') ??
  false;

/**
 * Finds each wanted pod by its name.
 * @param standIns - take the seats of pods that are not the job's own children
 */
export function rosterOf(job: Job, children: readonly KubeObject[], standIns: readonly Pod[] = []): Roster {
  const pods = children.filter((child) => child.kind === 'Pod') as readonly Pod[];
  const byName = new Map([...standIns, ...pods].map((pod) => [pod.metadata.name, pod]));
  const seats = job.replicas.flatMap((replica) =>
    Array.from({ length: replica.count }, (_, index): Seat => {
      const ref = { type: replica.type, index };
      const name = podName(job, ref);
      const pod = byName.get(name);
      return { ...ref, replica, name, ...(pod ? { pod } : {}) };
    }),
  );
  const wanted = new Set(seats.map((seat) => seat.name));
  return { seats, pods, surplus: pods.filter((pod) => isReplica(pod) && !wanted.has(pod.metadata.name ?? '')) };
}

const isReplica = (pod: Pod): boolean =>
  pod.metadata.labels?.[REPLICA_TYPE_LABEL] !== undefined && pod.metadata.labels[REPLICA_INDEX_LABEL] !== undefined;

/** A pod whose deletion was asked for is on its way out and counts as nothing. */
export function tallyOf(job: Job, roster: Roster): Tally {
  const tally: Record<string, Count> = Object.fromEntries(job.replicas.map((replica) => [replica.type, NONE]));
  for (const { type, pod } of roster.seats) {
    if (!pod || isTerminating(pod)) continue;
    const count = countOf(tally, type);
    const phase = phaseOf(pod);
    if (phase === 'Running') tally[type] = { ...count, active: count.active + 1 };
    if (phase === 'Succeeded') tally[type] = { ...count, succeeded: count.succeeded + 1 };
    if (phase === 'Failed') tally[type] = { ...count, failed: count.failed + 1 };
  }
  return tally;
}

/** When a pod last changed, as far as it says; 0 when it says nothing. */
export function lastChange(pod: Pod): Instant {
  const statuses = pod.status?.containerStatuses ?? [];
  const times = [
    pod.status?.startTime,
    ...(pod.status?.conditions ?? []).map((condition) => condition.lastTransitionTime),
    ...statuses.flatMap((status) => [status.state?.running?.startedAt, status.state?.terminated?.finishedAt]),
  ];
  return Math.max(0, ...times.map((time) => (time ? Date.parse(time) : 0)).filter(Number.isFinite));
}
