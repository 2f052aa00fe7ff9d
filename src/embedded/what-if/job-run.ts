import { conditionOf, type KubeObject, keyOf } from '../../api/kube.ts';
import type { PodView } from '../../api/scheduling/view.ts';
import type { Cancel, Instant } from '../../runtime/environment.ts';
import type { Fate, JobOutcome } from './outcome.ts';
import type { Arrival } from './scenario.ts';

const HOUR = 3_600_000;
const OWN = new Set(['cpu', 'memory', 'pods', 'ephemeral-storage']);

/** `refused`: no quota. `pending`: no place. `leaving`: it has a place, and its grace runs. */
export type PodState = 'refused' | 'pending' | 'bound' | 'leaving';

export interface PodRun {
  readonly job: JobRun;
  readonly name: string;
  readonly object: KubeObject;
  readonly view: PodView;
  state: PodState;
  node: string;
  boundAt: Instant;
}

/** A job on its way through the simulated day. */
export class JobRun {
  readonly arrival: Arrival;
  /** Position among all arrivals. */
  readonly index: number;
  readonly key: string;
  readonly namespace: string;
  /** As stored now, status included. */
  object: KubeObject;
  readonly children = new Map<string, KubeObject>();
  readonly pods = new Map<string, PodRun>();
  /** Pods that it needs to get on. */
  readonly wanted: number;
  bound = 0;
  fate: Fate = 'never';
  reason: string | undefined;
  started: Instant | undefined;
  ended: Instant | undefined;
  queue: string | undefined;
  preempted = 0;
  interrupted = 0;
  restarts = 0;
  cost = 0;
  /** Timers to cancel at the end. */
  readonly timers = new Map<string, Cancel>();
  #doneMs = 0;
  #runMs = 0;
  #lostMs = 0;
  #since: Instant | undefined;
  readonly #acceleratorMs = new Map<string, number>();

  constructor(arrival: Arrival, index: number, object: KubeObject) {
    this.arrival = arrival;
    this.index = index;
    this.object = object;
    this.key = keyOf(object.metadata);
    this.namespace = object.metadata.namespace ?? '';
    this.wanted = arrival.type.podSets(object).reduce((sum, { count }) => sum + count, 0);
  }

  get works(): boolean {
    return this.#since !== undefined;
  }

  /** What is left to do, in milliseconds. */
  get leftMs(): number {
    return this.arrival.durationMs - this.#doneMs;
  }

  /** The verdict of its own controller, if there is one yet. */
  get verdict(): 'Succeeded' | 'Failed' | undefined {
    const is = (type: string) => conditionOf(this.object, type)?.status === 'True';
    if (is('Succeeded') || is('Complete')) return 'Succeeded';
    return is('Failed') ? 'Failed' : undefined;
  }

  /** All pods run: the work goes on. */
  proceed(now: Instant): void {
    if (this.started === undefined) this.started = now;
    else this.restarts++;
    this.#since = now;
  }

  /** The work stands still; what was not saved has to be done again. */
  halt(now: Instant, done = false): void {
    if (this.#since === undefined) return;
    const ran = now - this.#since;
    this.#since = undefined;
    this.#runMs += ran;
    const reached = this.#doneMs + ran;
    const { checkpointMs } = this.arrival;
    this.#doneMs = done ? reached : checkpointMs ? Math.floor(reached / checkpointMs) * checkpointMs : 0;
    this.#lostMs += reached - this.#doneMs;
  }

  /** Books what a pod has held up to now. */
  book(pod: PodRun, now: Instant): void {
    for (const [name, amount] of pod.view.demand) {
      if (OWN.has(name) || name.startsWith('hugepages-')) continue;
      this.#acceleratorMs.set(name, (this.#acceleratorMs.get(name) ?? 0) + (amount / 1000) * (now - pod.boundAt));
    }
  }

  outcome(): JobOutcome {
    const { queue, started, ended, reason } = this;
    return {
      kind: this.object.kind,
      key: this.key,
      namespace: this.namespace,
      template: this.arrival.template,
      ...(queue !== undefined && { queue }),
      arrival: this.arrival.at,
      ...(started !== undefined && { started }),
      ...(ended !== undefined && { ended }),
      fate: this.fate,
      ...(reason !== undefined && { reason }),
      runMs: this.#runMs,
      lostMs: this.#lostMs,
      preempted: this.preempted,
      interrupted: this.interrupted,
      restarts: this.restarts,
      acceleratorHours: Object.fromEntries([...this.#acceleratorMs].map(([name, ms]) => [name, ms / HOUR])),
      cost: this.cost,
    };
  }
}
