import { barrier, hasRoom, lacking } from '../../api/scheduling/fit.ts';
import type { NodeView, PodView } from '../../api/scheduling/view.ts';

interface NodeState {
  readonly node: NodeView;
  readonly free: Map<string, number>;
  readonly pods: Map<string, PodView>;
}

/** Nodes and what is left of them. */
export class Nodes {
  readonly #states = new Map<string, NodeState>();
  readonly #places = new Map<string, string>();
  /** Placed pods by group. */
  readonly #members = new Map<string, number>();

  /** Adds or changes a node; what runs there stays. */
  set(node: NodeView): void {
    const before = this.#states.get(node.name);
    const state: NodeState = { node, free: new Map(node.capacity), pods: before?.pods ?? new Map() };
    for (const pod of state.pods.values()) take(state.free, pod, 1);
    this.#states.set(node.name, state);
  }

  remove(name: string): void {
    for (const pod of this.#states.get(name)?.pods.values() ?? []) {
      this.#places.delete(pod.uid);
      this.#count(pod, -1);
    }
    this.#states.delete(name);
  }

  views(): readonly NodeView[] {
    return [...this.#states.values()].map(({ node }) => node);
  }

  podsOn(name: string): readonly PodView[] {
    return [...(this.#states.get(name)?.pods.values() ?? [])];
  }

  placed(): readonly { readonly pod: PodView; readonly node: string }[] {
    return [...this.#states].flatMap(([node, { pods }]) => [...pods.values()].map((pod) => ({ pod, node })));
  }

  /** How many pods of a group have a place. */
  membersOf(group: string): number {
    return this.#members.get(group) ?? 0;
  }

  placeOf(uid: string): string | undefined {
    return this.#places.get(uid);
  }

  assume(pod: PodView, name: string): void {
    const state = this.#states.get(name);
    if (!state || state.pods.has(pod.uid)) return;
    state.pods.set(pod.uid, pod);
    this.#places.set(pod.uid, name);
    take(state.free, pod, 1);
    this.#count(pod, 1);
  }

  release(uid: string): void {
    const state = this.#states.get(this.#places.get(uid) ?? '');
    const pod = state?.pods.get(uid);
    this.#places.delete(uid);
    if (!state || !pod) return;
    state.pods.delete(uid);
    take(state.free, pod, -1);
    this.#count(pod, -1);
  }

  /** Whether a node has room for a pod now. */
  fits(pod: PodView, name: string): boolean {
    const state = this.#states.get(name);
    return state !== undefined && hasRoom(pod, state.free);
  }

  /** Whether a node has room for a pod now, and lets it in. */
  takes(pod: PodView, name: string): boolean {
    const state = this.#states.get(name);
    return state !== undefined && hasRoom(pod, state.free) && !barrier(pod, state.node);
  }

  /** The node with the most left that takes the pod. */
  best(pod: PodView): string | undefined {
    let best: string | undefined;
    let most = -1;
    for (const [name, { node, free }] of this.#states) {
      if (!hasRoom(pod, free) || barrier(pod, node)) continue;
      const left = share(node, free);
      if (left > most || (left === most && best !== undefined && name < best)) {
        most = left;
        best = name;
      }
    }
    return best;
  }

  /** Why no node takes the pod, as kube-scheduler tells it. */
  explain(pod: PodView): string {
    const counts = new Map<string, number>();
    const count = (reason: string) => counts.set(reason, (counts.get(reason) ?? 0) + 1);
    for (const { node, free } of this.#states.values()) {
      const barred = barrier(pod, node);
      if (barred) count(barred);
      else for (const name of lacking(pod, free)) count(name === 'pods' ? 'Too many pods' : `Insufficient ${name}`);
    }
    if (counts.size === 0) return 'no nodes available to schedule pods';
    const said = [...counts].map(([reason, nodes]) => `${nodes} ${reason}`).sort();
    return `0/${this.#states.size} nodes are available: ${said.join(', ')}.`;
  }

  /** A copy to try things on. */
  copy(): Nodes {
    const copy = new Nodes();
    for (const [name, { node, free, pods }] of this.#states) {
      copy.#states.set(name, { node, free: new Map(free), pods: new Map(pods) });
    }
    for (const [uid, name] of this.#places) copy.#places.set(uid, name);
    for (const [group, members] of this.#members) copy.#members.set(group, members);
    return copy;
  }

  #count({ group }: PodView, by: 1 | -1): void {
    if (group === undefined) return;
    const members = this.membersOf(group) + by;
    if (members > 0) this.#members.set(group, members);
    else this.#members.delete(group);
  }
}

function take(free: Map<string, number>, pod: PodView, sign: 1 | -1): void {
  for (const [name, amount] of pod.demand) free.set(name, (free.get(name) ?? 0) - sign * amount);
}

/** How much of a node's scarcest common resource is left, from 0 to 1. */
function share({ capacity }: NodeView, free: ReadonlyMap<string, number>): number {
  let least = 1;
  for (const [name, all] of capacity) {
    if (name === 'pods' || all <= 0) continue;
    least = Math.min(least, (free.get(name) ?? 0) / all);
  }
  return least;
}
