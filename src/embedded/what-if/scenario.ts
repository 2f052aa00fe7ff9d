import type { KubeObject } from '../../api/kube.ts';
import type { Demand, Taint, Toleration } from '../../api/scheduling/view.ts';
import type { Domain } from '../../runtime/domain.ts';
import type { Instant } from '../../runtime/environment.ts';

/** Everything that decides how a simulated day goes. */
export interface Scenario {
  readonly start: Instant;
  /** Nothing is looked at after this moment. */
  readonly until: Instant;
  /** In any order. */
  readonly arrivals: readonly Arrival[];
  readonly pools: readonly Pool[];
  /** PriorityClasses, ResourceQuotas and LimitRanges; others are not looked at. */
  readonly objects: readonly KubeObject[];
  readonly queues: Queues;
  /** Decides when spot nodes are taken away. */
  readonly seed: number;
}

/** A job that somebody creates. */
export interface Arrival {
  readonly at: Instant;
  /** Its namespace and name are its own. */
  readonly job: KubeObject;
  /** `namespace/name` of what it was made from, such as a job that comes every hour. */
  readonly template: string;
  readonly type: JobType;
  /** How long it takes with all of its pods running, in milliseconds. */
  readonly durationMs: number;
  /** How often it saves what it has done. @default - never: whatever interrupts it sets it back to its start */
  readonly checkpointMs?: number;
}

/** A kind of job: its domain makes the pods, and the rest tells a queue how to hold a job back and where to send it. */
export interface JobType {
  readonly domain: Domain;
  podSets(job: KubeObject): readonly PodSet[];
  /** The object that may run, or not. */
  withSuspension(job: KubeObject, suspended: boolean): KubeObject;
  isSuspended(job: KubeObject): boolean;
  /** The object whose pods of one set are drawn to some nodes. */
  withPlacement(job: KubeObject, podSet: string, placement: Placing): KubeObject;
  /** The PriorityClass that a queue orders the job by. */
  priorityClassOf(job: KubeObject): string | undefined;
}

/** Pods of a job that are all alike. */
export interface PodSet {
  readonly name: string;
  readonly count: number;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface Placing {
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
}

/** Nodes that are all alike. */
export interface Pool {
  readonly name: string;
  /** Nodes at the start. */
  readonly count: number;
  /** @default - there are always `count` nodes */
  readonly autoscaling?: Autoscaling;
  /** What the pods of one node can have, in thousandths. */
  readonly capacity: Demand;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Of one node. @default - costs are not told */
  readonly pricePerHour?: number;
  /** @default - nodes stay */
  readonly spot?: Spot;
}

export interface Autoscaling {
  readonly min: number;
  readonly max: number;
  /** From the wish for a node to a node. */
  readonly scaleUpMs: number;
  /** How long a node stands idle before it goes. */
  readonly scaleDownMs: number;
}

export interface Spot {
  /** How often one node is taken away, on average. */
  readonly interruptionsPerHour: number;
  /** Until the provider has another one, where the pool has a fixed size or falls below its minimum. */
  readonly replaceMs: number;
}

/** Queues in the manner of Kueue. */
export interface Queues {
  readonly clusterQueues: readonly ClusterQueue[];
  /** The cluster queue's name, by `namespace/name` of the local one. */
  readonly localQueues: ReadonlyMap<string, string>;
  /** Values of WorkloadPriorityClasses. */
  readonly priorities: ReadonlyMap<string, number>;
}

export interface ClusterQueue {
  readonly name: string;
  /** `StrictFIFO`: whoever is first holds up all others. */
  readonly strategy: 'StrictFIFO' | 'BestEffortFIFO';
  readonly preemption: 'Never' | 'LowerPriority' | 'LowerOrNewerEqualPriority';
  readonly admits: (namespace: string) => boolean;
  readonly groups: readonly ResourceGroup[];
}

export interface ResourceGroup {
  readonly resources: readonly string[];
  /** In the order in which they are tried. */
  readonly flavors: readonly Flavor[];
}

export interface Flavor {
  readonly name: string;
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly tolerations: readonly Toleration[];
  readonly quota: Demand;
}
