import type { NodeView, PodView } from '../../api/scheduling/view.ts';
import type { Instant } from '../../runtime/environment.ts';
import type { Nodes } from '../scheduler/nodes.ts';
import { type Placement, place } from '../scheduler/place.ts';
import type { Random } from '../simulation/random.ts';
import type { Clock } from './clock.ts';
import { PoolMeter } from './meter.ts';
import type { Autoscaling, Pool } from './scenario.ts';
import type { PendingUnit } from './units.ts';

const HOUR = 3_600_000;

export interface FleetEvents {
  /** A node may take pods from now on. */
  ready(node: string): void;
  /** The node and whatever runs on it are gone at once. */
  taken(node: string): void;
  /** A node without pods is gone. */
  retired(node: string): void;
}

interface Group {
  readonly pool: Pool;
  readonly meter: PoolMeter;
  readonly live: Set<string>;
  /** Asked for, not there yet. */
  readonly coming: Set<string>;
  made: number;
}

interface Help {
  readonly placements: readonly Placement[];
  /** The nodes it waits for. */
  readonly waits: Set<string>;
}

export interface FleetOptions {
  readonly pools: readonly Pool[];
  readonly nodes: Nodes;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: FleetEvents;
}

/** The node pools: nodes that come when pods find no place, go when they stand idle, and are taken by the provider. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #groups: readonly Group[];
  readonly #groupOf = new Map<string, Group>();
  readonly #idleSince = new Map<string, Instant>();
  /** Units that new nodes were asked for, by id. */
  readonly #helped = new Map<string, Help>();
  /** Grows whenever what could be asked for may have changed. */
  changes = 0;
  /** Lines that no pool would take, as things are. */
  readonly #hopeless = new Set<string>();

  constructor(options: FleetOptions) {
    this.#options = options;
    const { clock, pools } = options;
    this.#groups = pools.map((pool) => ({
      pool,
      meter: new PoolMeter(pool, clock.now),
      live: new Set(),
      coming: new Set(),
      made: 0,
    }));
  }

  /** The nodes that are there from the beginning. */
  start(): void {
    for (const group of this.#groups) for (let i = 0; i < group.pool.count; i++) this.#ready(group, nameIn(group));
  }

  meters(): readonly PoolMeter[] {
    return this.#groups.map(({ meter }) => meter);
  }

  meterOf(node: string): PoolMeter | undefined {
    return this.#groupOf.get(node)?.meter;
  }

  used(node: string): void {
    this.#idleSince.delete(node);
  }

  /** A node has lost its last pod. */
  idle(node: string): void {
    const group = this.#groupOf.get(node);
    const { clock, nodes } = this.#options;
    const autoscaling = group?.pool.autoscaling;
    if (!group || !autoscaling || this.#idleSince.has(node)) return;
    const since = clock.now;
    this.#idleSince.set(node, since);
    clock.aside(autoscaling.scaleDownMs, () => {
      if (this.#idleSince.get(node) !== since || group.live.size <= autoscaling.min) return;
      if (nodes.podsOn(node).length > 0) return;
      this.#drop(group, node, false);
      this.#options.events.retired(node);
    });
  }

  /** Whether any pool could still become larger. */
  get canGrow(): boolean {
    return this.#groups.some((group) => roomOf(group) > 0);
  }

  /** Whether another node could be of use to units of a line. */
  mayHelp(line: string): boolean {
    return !this.#hopeless.has(line);
  }

  /** Asks for nodes for those that have no place, in their order, each pool's cheapest way first. */
  grow(pending: readonly PendingUnit[]): void {
    const units = pending.filter(({ id, line }) => !this.#helped.has(id) && !this.#hopeless.has(line));
    if (units.length === 0) return;
    const trial = this.#future();
    for (const unit of units) {
      if (this.#hopeless.has(unit.line)) continue;
      const placements = this.#try(unit.pods, trial) ?? this.#extend(unit.pods, trial);
      if (!placements) {
        this.#hopeless.add(unit.line);
        continue;
      }
      const waits = placements.map(({ node }) => node).filter((node) => this.#isComing(node));
      if (waits.length > 0) this.#helped.set(unit.id, { placements, waits: new Set(waits) });
    }
  }

  /** The nodes as they will be when all that were asked for are there. */
  #future(): Nodes {
    const trial = this.#options.nodes.copy();
    for (const group of this.#groups) for (const name of group.coming) trial.set(viewOf(group, name));
    for (const { placements } of this.#helped.values()) {
      for (const { pod, node } of placements) if (this.#isComing(node)) trial.assume(pod, node);
    }
    return trial;
  }

  #isComing(node: string): boolean {
    return this.#groupOf.get(node)?.coming.has(node) === true;
  }

  #try(pods: readonly PodView[], trial: Nodes): readonly Placement[] | undefined {
    const placements = place(pods, trial, pods.length);
    return placements.length === pods.length ? placements : undefined;
  }

  /** Makes the pool larger that serves the pods at the least price. */
  #extend(pods: readonly PodView[], trial: Nodes): readonly Placement[] | undefined {
    let best: { readonly group: Group; readonly count: number; readonly price: number } | undefined;
    for (const group of this.#groups) {
      const count = this.#needed(group, pods, trial);
      const price = (group.pool.pricePerHour ?? 0) * (count ?? 0);
      if (count !== undefined && (!best || price < best.price)) best = { group, count, price };
    }
    if (!best) return undefined;
    const { group, count } = best;
    for (let i = 0; i < count; i++) {
      const name = this.#request(group, group.pool.autoscaling?.scaleUpMs ?? 0);
      trial.set(viewOf(group, name));
    }
    return this.#try(pods, trial);
  }

  /** How many more nodes of a pool the pods need; undefined when it cannot have as many, or they would not do. */
  #needed(group: Group, pods: readonly PodView[], trial: Nodes): number | undefined {
    const added: string[] = [];
    const finish = (count: number | undefined) => {
      for (const name of added) trial.remove(name);
      return count;
    };
    for (let count = 1; count <= Math.min(roomOf(group), pods.length); count++) {
      const name = `${group.pool.name} +${count}`;
      trial.set(viewOf(group, name));
      added.push(name);
      if (count === 1 && !pods.some((pod) => trial.takes(pod, name))) return finish(undefined);
      const placements = this.#try(pods, trial);
      if (!placements) continue;
      for (const { pod } of placements) trial.release(pod.uid);
      return finish(count);
    }
    return finish(undefined);
  }

  #request(group: Group, delayMs: number): string {
    const name = nameIn(group);
    group.coming.add(name);
    this.#groupOf.set(name, group);
    this.#options.clock.after(delayMs, () => this.#ready(group, name));
    return name;
  }

  #ready(group: Group, name: string): void {
    const { clock, nodes, events, random } = this.#options;
    this.changes++;
    group.coming.delete(name);
    group.live.add(name);
    this.#groupOf.set(name, group);
    for (const [id, { waits }] of this.#helped) {
      if (waits.delete(name) && waits.size === 0) this.#helped.delete(id);
    }
    nodes.set(viewOf(group, name));
    group.meter.nodeAdded(name, clock.now);
    events.ready(name);
    this.idle(name);
    const { spot } = group.pool;
    if (!spot || spot.interruptionsPerHour <= 0) return;
    const hours = -Math.log(1 - random.next()) / spot.interruptionsPerHour;
    clock.aside(hours * HOUR, () => this.#take(group, name));
  }

  #take(group: Group, name: string): void {
    if (!group.live.has(name)) return;
    const { events } = this.#options;
    events.taken(name);
    this.#drop(group, name, true);
    events.retired(name);
    const least = group.pool.autoscaling?.min ?? group.pool.count;
    if (group.live.size + group.coming.size < least) this.#request(group, group.pool.spot?.replaceMs ?? 0);
  }

  #drop(group: Group, name: string, interrupted: boolean): void {
    this.changes++;
    group.live.delete(name);
    this.#groupOf.delete(name);
    this.#idleSince.delete(name);
    this.#hopeless.clear();
    group.meter.nodeRemoved(name, this.#options.clock.now, interrupted);
  }
}

function roomOf({ pool, live, coming }: Group): number {
  const { max = 0 }: Partial<Autoscaling> = pool.autoscaling ?? {};
  return max - live.size - coming.size;
}

const nameIn = (group: Group): string => `${group.pool.name}-${++group.made}`;

const viewOf = ({ pool: { labels, taints, capacity } }: Group, name: string): NodeView => ({
  name,
  labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...labels },
  taints,
  unschedulable: false,
  capacity,
});
