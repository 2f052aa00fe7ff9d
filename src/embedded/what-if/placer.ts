import type { PodView } from '../../api/scheduling/view.ts';
import type { Nodes } from '../scheduler/nodes.ts';
import { type Placement, place } from '../scheduler/place.ts';
import { byTurn, type GangSize, gangOf, makeRoom } from '../scheduler/schedule.ts';
import { Lines } from './lines.ts';
import { lineOf, type PendingUnit, shadowOf, type Unit } from './units.ts';

export interface PlacerEvents {
  bound(placement: Placement): void;
  /** These pods of lower priority have to go. */
  preempted(victims: readonly PodView[], by: PodView): void;
}

interface Waiting extends PendingUnit {
  /** Its turn is that of its first pod. */
  readonly first: PodView;
  /** Why it did not get a place, when nobody but the group's size is in the way. */
  problem?: string;
  /** Where it goes once others are gone: kept for it by shadows. */
  nominated?: readonly Placement[];
}

/**
 * The scheduler over time: it decides as `schedule` does, but asks again only those that wait for what has changed.
 * Whoever makes others give way has a claim on their room that pods of equal or lower priority respect.
 */
export class Placer {
  readonly #nodes: Nodes;
  readonly #gangSize: GangSize;
  readonly #events: PlacerEvents;
  readonly #waiting = new Lines<Waiting>((a, b) => byTurn(a.first, b.first));
  readonly #units = new Map<string, Waiting>();
  /** Shadows, by UID, with the unit that they stand for. */
  readonly #shadows = new Map<string, Waiting>();
  /** Lines whose first was refused. */
  readonly #refused = new Set<string>();
  /** Nodes that have more room than when the lines were refused. */
  readonly #freed = new Set<string>();
  readonly #leaving = new Set<string>();
  #claims = 0;
  /** Grows with each unit that comes to wait. */
  entered = 0;
  /** How many pods of each priority have a place. */
  readonly #priorities = new Map<number, number>();

  constructor(nodes: Nodes, gangSize: GangSize, events: PlacerEvents) {
    this.#nodes = nodes;
    this.#gangSize = gangSize;
    this.#events = events;
  }

  /** Units of some lines without a place or a claim to one, by turn. */
  pending(open: (line: string) => boolean): readonly PendingUnit[] {
    return this.#waiting.all(open).filter(({ nominated }) => !nominated);
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** A pod wants a place. */
  add(pod: PodView): void {
    const { group } = pod;
    if (group === undefined) {
      this.#enter({ pods: [pod] });
      return;
    }
    const others = this.#leave(group)?.pods ?? [];
    this.#enter({ group, pods: [...others, pod].sort(byTurn) });
  }

  /** A pod that has no place no longer wants one. */
  withdraw(pod: PodView): void {
    const pods = this.#leave(pod.group ?? pod.uid)?.pods.filter((other) => other !== pod) ?? [];
    if (pods.length > 0) this.#enter({ ...(pod.group !== undefined && { group: pod.group }), pods });
  }

  /** A pod that has a place will give it up soon. */
  leaves(pod: PodView): void {
    this.#leaving.add(pod.uid);
  }

  /** A pod has given its place up. */
  gone(pod: PodView): void {
    this.#leaving.delete(pod.uid);
    this.#unplace(pod);
  }

  /** A node may take pods. */
  nodeAdded(name: string): void {
    this.#freed.add(name);
  }

  /** Nobody has a place, or a claim, on this node any more. Its pods are `gone` already. */
  nodeRemoved(name: string): void {
    const units = this.#nodes.podsOn(name).map(({ uid }) => this.#shadows.get(uid));
    for (const unit of units) if (unit?.nominated) this.#disclaim(unit);
    this.#freed.delete(name);
    this.#nodes.remove(name);
  }

  /** Gives places to whom it can. */
  round(): void {
    const freed = [...this.#freed];
    this.#freed.clear();
    if (this.#waiting.size === 0) return;
    this.#waiting.offer(
      (unit) => this.#try(unit),
      (line, first) => !this.#refused.has(line) || (freed.length > 0 && this.#concerns(first, freed)),
    );
  }

  /** Why a pod has no place. */
  explain(pod: PodView): string {
    const unit = this.#units.get(pod.group ?? pod.uid);
    if (unit?.problem) return unit.problem;
    return this.#nodes.explain(pod);
  }

  #enter(unit: Unit, nominated?: readonly Placement[]): void {
    const [first] = unit.pods as readonly [PodView];
    const { group } = unit;
    const gang = group === undefined ? '' : `${this.#gangSize(group)} ${this.#nodes.membersOf(group)}`;
    const line = nominated ? `for ${first.uid} ${this.#claims++}` : lineOf(unit, gang);
    const id = group ?? first.uid;
    const waiting: Waiting = { ...unit, id, line, first, ...(nominated && { nominated }) };
    this.#units.set(id, waiting);
    this.entered++;
    if (nominated) this.#cast(waiting, nominated);
    // What was said to a line that was empty since may no longer hold.
    if (this.#waiting.add(line, waiting)) this.#refused.delete(line);
  }

  #leave(id: string): Waiting | undefined {
    const unit = this.#units.get(id);
    if (!unit) return undefined;
    this.#units.delete(id);
    this.#waiting.delete(unit.line, unit);
    this.#dropShadows(unit);
    for (const { node } of unit.nominated ?? []) this.#freed.add(node);
    return unit;
  }

  #concerns(unit: Waiting, freed: readonly string[]): boolean {
    if (unit.nominated || this.#mayGainByForce(unit)) return true;
    return freed.some((name) => unit.pods.some((pod) => this.#nodes.takes(pod, name)));
  }

  #mayGainByForce({ first }: Waiting): boolean {
    if (!first.mayPreempt) return false;
    for (const priority of this.#priorities.keys()) if (priority < first.priority) return true;
    return false;
  }

  #try(unit: Waiting): 'took' | 'refused' {
    this.#dropShadows(unit);
    const gang = unit.group === undefined ? undefined : gangOf(unit.group, unit.pods, this.#nodes, this.#gangSize);
    delete unit.problem;
    if (gang?.problem) {
      unit.problem = gang.problem;
      return this.#refuse(unit);
    }
    const least = gang ? Math.max(0, gang.least) : 0;
    const placed = place(unit.pods, this.#nodes, least);
    if (placed.length > 0) return this.#settle(unit, placed);
    if (this.#stillComing(unit)) {
      this.#cast(unit, unit.nominated ?? []);
      return 'refused';
    }
    const enough = gang !== undefined && least === 0;
    if (!enough && this.#force(unit)) return 'took';
    return this.#refuse(unit);
  }

  /** Those who found a place have it; the others of their gang wait on. */
  #settle(unit: Waiting, placed: readonly Placement[]): 'took' {
    this.#units.delete(unit.id);
    for (const { node } of unit.nominated ?? []) this.#freed.add(node);
    for (const placement of placed) {
      const { priority } = placement.pod;
      this.#priorities.set(priority, (this.#priorities.get(priority) ?? 0) + 1);
      this.#events.bound(placement);
    }
    const left = unit.pods.filter((pod) => !placed.some((each) => each.pod === pod));
    if (left.length > 0) this.#enter({ ...(unit.group !== undefined && { group: unit.group }), pods: left });
    return 'took';
  }

  #refuse(unit: Waiting): 'refused' {
    this.#refused.add(unit.line);
    if (unit.nominated) this.#disclaim(unit);
    return 'refused';
  }

  /** Makes others give way; true when the unit now has a place, or a claim to one. */
  #force(unit: Waiting): boolean {
    if (!this.#mayGainByForce(unit)) return false;
    const room = makeRoom(unit.pods, this.#nodes, this.#leaving);
    if (!room) return false;
    for (const { uid } of room.victims) {
      const other = this.#shadows.get(uid);
      if (other) this.#disclaim(other);
    }
    const victims = room.victims.filter(({ uid }) => !uid.startsWith('for '));
    if (victims.length > 0) this.#events.preempted(victims, unit.first);
    else {
      const placed = place(unit.pods, this.#nodes, unit.pods.length);
      if (placed.length > 0) return this.#settle(unit, placed) === 'took';
    }
    this.#enter({ ...(unit.group !== undefined && { group: unit.group }), pods: unit.pods }, room.places);
    return true;
  }

  /** The unit waits like everybody else again. */
  #disclaim(unit: Waiting): void {
    this.#leave(unit.id);
    this.#enter({ ...(unit.group !== undefined && { group: unit.group }), pods: unit.pods });
    // Somebody else of its line may have been refused when there was less.
    this.#refused.delete(lineOf(unit, ''));
  }

  /** Whether pods are yet to leave the places that a unit has a claim to. */
  #stillComing({ nominated = [] }: Waiting): boolean {
    return nominated.some(({ node }) => this.#nodes.podsOn(node).some(({ uid }) => this.#leaving.has(uid)));
  }

  #cast(unit: Waiting, places: readonly Placement[]): void {
    for (const { pod, node } of places) {
      const shadow = shadowOf(pod);
      this.#shadows.set(shadow.uid, unit);
      this.#nodes.assume(shadow, node);
    }
  }

  #dropShadows({ nominated = [] }: Waiting): void {
    for (const { pod } of nominated) {
      const { uid } = shadowOf(pod);
      this.#shadows.delete(uid);
      this.#nodes.release(uid);
    }
  }

  #unplace(pod: PodView): void {
    const node = this.#nodes.placeOf(pod.uid);
    if (node === undefined) return;
    this.#nodes.release(pod.uid);
    this.#freed.add(node);
    const count = (this.#priorities.get(pod.priority) ?? 0) - 1;
    if (count > 0) this.#priorities.set(pod.priority, count);
    else this.#priorities.delete(pod.priority);
  }
}
