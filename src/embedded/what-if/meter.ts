import type { Demand, PodView } from '../../api/scheduling/view.ts';
import type { Instant } from '../../runtime/environment.ts';
import type { PoolOutcome, Sample } from './outcome.ts';
import type { Pool } from './scenario.ts';

const HOUR = 3_600_000;
const UNIT = 1000;

/** One node, and who shares in its price. */
interface NodeMeter {
  readonly tenants: Map<string, { readonly share: number; readonly pay: (amount: number) => void }>;
  since: Instant;
}

/** What the nodes of one pool offered and what pods held of it, over time. */
export class PoolMeter {
  readonly #pool: Pool;
  readonly #live = new Map<string, NodeMeter>();
  readonly #held = new Map<string, number>();
  readonly #heldHours = new Map<string, number>();
  readonly #samples = new Map<string, Sample[]>();
  readonly #nodeSamples: Sample[] = [];
  #nodeHours = 0;
  #most = 0;
  #interruptions = 0;
  #charged = 0;
  #since: Instant;

  constructor(pool: Pool, start: Instant) {
    this.#pool = pool;
    this.#since = start;
    for (const [name] of pool.capacity) this.#held.set(name, 0);
  }

  nodeAdded(name: string, now: Instant): void {
    this.#pass(now);
    this.#live.set(name, { tenants: new Map(), since: now });
    this.#most = Math.max(this.#most, this.#live.size);
  }

  nodeRemoved(name: string, now: Instant, interrupted: boolean): void {
    this.#pass(now);
    this.#live.delete(name);
    if (interrupted) this.#interruptions++;
  }

  /** @param pay is told, as time passes, what part of the node's price is the pod's */
  podBound(pod: PodView, node: string, now: Instant, pay: (amount: number) => void): void {
    this.#pass(now);
    this.#hold(pod.demand, 1);
    this.#bill(node, now)?.tenants.set(pod.uid, { share: shareOf(pod.demand, this.#pool.capacity), pay });
  }

  podGone(pod: PodView, node: string, now: Instant): void {
    this.#pass(now);
    this.#hold(pod.demand, -1);
    this.#bill(node, now)?.tenants.delete(pod.uid);
  }

  /** Notes where things stand. */
  sample(now: Instant): void {
    note(this.#nodeSamples, now, this.#live.size);
    for (const [name, amount] of this.#held) {
      const samples = this.#samples.get(name) ?? [];
      this.#samples.set(name, samples);
      note(samples, now, amount / UNIT);
    }
  }

  outcome(end: Instant): PoolOutcome {
    this.#pass(end);
    for (const name of this.#live.keys()) this.#bill(name, end);
    this.sample(end);
    const { pricePerHour, capacity } = this.#pool;
    const resources = [...capacity].map(([name, amount]) => {
      const offered = (amount / UNIT) * this.#nodeHours;
      return [name, { offered, held: this.#heldHours.get(name) ?? 0 }] as const;
    });
    return {
      pool: this.#pool,
      nodeHours: this.#nodeHours,
      resources: Object.fromEntries(resources),
      mostNodes: this.#most,
      interruptions: this.#interruptions,
      ...(pricePerHour !== undefined && { cost: pricePerHour * this.#nodeHours }),
      charged: this.#charged,
      nodes: this.#nodeSamples,
      held: Object.fromEntries(this.#samples),
    };
  }

  #hold(demand: Demand, sign: 1 | -1): void {
    for (const [name, amount] of demand) {
      const held = this.#held.get(name);
      if (held !== undefined) this.#held.set(name, held + sign * amount);
    }
  }

  #pass(now: Instant): void {
    const hours = (now - this.#since) / HOUR;
    if (hours <= 0) return;
    this.#since = now;
    this.#nodeHours += hours * this.#live.size;
    for (const [name, amount] of this.#held) {
      this.#heldHours.set(name, (this.#heldHours.get(name) ?? 0) + (hours * amount) / UNIT);
    }
  }

  /** Divides what a node has cost since it was last looked at. */
  #bill(node: string, now: Instant): NodeMeter | undefined {
    const meter = this.#live.get(node);
    if (!meter) return undefined;
    const { pricePerHour = 0 } = this.#pool;
    const price = (pricePerHour * (now - meter.since)) / HOUR;
    meter.since = now;
    if (price === 0) return meter;
    let all = 0;
    for (const { share } of meter.tenants.values()) all += share;
    for (const { share, pay } of meter.tenants.values()) {
      const part = (price * share) / Math.max(1, all);
      this.#charged += part;
      pay(part);
    }
    return meter;
  }
}

/** The part of a node that nobody else can use: that of the resource the pod takes most of. */
function shareOf(demand: Demand, capacity: Demand): number {
  let most = 0;
  for (const [name, amount] of demand) {
    const all = capacity.get(name) ?? 0;
    if (name !== 'pods' && all > 0) most = Math.max(most, amount / all);
  }
  return most;
}

/** Keeps the last value of each moment, and only changes. */
export function note(samples: Sample[], at: Instant, value: number): void {
  if (samples.at(-1)?.at === at) samples.pop();
  if (samples.at(-1)?.value !== value) (samples as { at: Instant; value: number }[]).push({ at, value });
}
