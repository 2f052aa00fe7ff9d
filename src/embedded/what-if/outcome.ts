import type { Instant } from '../../runtime/environment.ts';
import type { Pool } from './scenario.ts';

/** How a simulated day went. */
export interface Outcome {
  readonly start: Instant;
  /** The last moment at which something happened that had to do with a job. */
  readonly end: Instant;
  readonly jobs: readonly JobOutcome[];
  readonly pools: readonly PoolOutcome[];
  readonly preemptions: readonly Preemption[];
  /** Jobs that were there and did not run, from each moment on. */
  readonly waiting: readonly Sample[];
}

/** `never`: not all of its pods ran together at any time. `unfinished`: it ran, and was not done at the end. */
export type Fate = 'succeeded' | 'failed' | 'unfinished' | 'never';

export interface JobOutcome {
  readonly kind: string;
  /** `namespace/name`. */
  readonly key: string;
  readonly namespace: string;
  /** See `Arrival`. */
  readonly template: string;
  /** The cluster queue that held it. */
  readonly queue?: string;
  readonly arrival: Instant;
  /** When all of its pods ran for the first time. */
  readonly started?: Instant;
  readonly ended?: Instant;
  readonly fate: Fate;
  /** Why it failed or did not go on, in the words of whoever refused it. */
  readonly reason?: string;
  /** How long all of its pods ran together, in milliseconds; work that was lost included. */
  readonly runMs: number;
  /** Work that was done again, in milliseconds. */
  readonly lostMs: number;
  /** How often it was made to give way. */
  readonly preempted: number;
  /** How often a node was taken from it. */
  readonly interrupted: number;
  /** How often it went on after it had been stopped. */
  readonly restarts: number;
  /** Accelerator hours that its pods held, by resource. */
  readonly acceleratorHours: Readonly<Record<string, number>>;
  /** Its part of its nodes' price. */
  readonly cost: number;
}

export interface Preemption {
  readonly at: Instant;
  /** `scheduler`: pods gave way on a node. `queue`: a job gave its quota back. */
  readonly where: 'scheduler' | 'queue';
  /** The job that needed room. */
  readonly by: string;
  /** The jobs that gave way. */
  readonly victims: readonly string[];
}

/** A number that holds from a moment on. */
export interface Sample {
  readonly at: Instant;
  readonly value: number;
}

export interface PoolOutcome {
  readonly pool: Pool;
  readonly nodeHours: number;
  /** Resource hours that the nodes had and that pods held, by resource; memory in byte hours. */
  readonly resources: Readonly<Record<string, { readonly offered: number; readonly held: number }>>;
  readonly mostNodes: number;
  /** Nodes that the provider took away. */
  readonly interruptions: number;
  /** @default - the pool has no price */
  readonly cost?: number;
  /** The part of it that jobs bear; nobody used the rest. */
  readonly charged: number;
  readonly nodes: readonly Sample[];
  /** By resource, in its unit. */
  readonly held: Readonly<Record<string, readonly Sample[]>>;
}
