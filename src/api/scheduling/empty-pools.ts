import { barrier, lacking } from './fit.ts';
import type { Demand, NodeView, PodView, Taint } from './view.ts';

/** Nodes that are all alike, with nothing on them. */
export interface EmptyPool {
  readonly name: string;
  /** As many as there can ever be. */
  readonly most: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** What the pods of one node can have, in thousandths. */
  readonly capacity: Demand;
}

/** Pods that are all alike. */
export interface AlikePods {
  readonly count: number;
  readonly pod: PodView;
}

/** Why none of the pools takes such a pod, by pool; undefined when one does. */
export function refusals(pod: PodView, pools: readonly EmptyPool[]): readonly string[] | undefined {
  const reasons: string[] = [];
  for (const pool of pools) {
    const reason = pool.most > 0 ? refusal(pod, nodeOf(pool)) : 'it has no nodes';
    if (reason === undefined) return undefined;
    reasons.push(`${pool.name}: ${reason}`);
  }
  return reasons;
}

/**
 * How many of the pods find a place at once when nothing else runs and all pools are at their largest. The pods with the
 * fewest pools to go to come first, of these the largest, each on the nodes that they fill best.
 */
export function placedAtOnce(sets: readonly AlikePods[], pools: readonly EmptyPool[]): number {
  let nodes = pools.map((pool): AlikeNodes => ({ pool, count: pool.most, free: pool.capacity }));
  const order = sets
    .map((set) => ({ ...set, takers: pools.filter((pool) => pool.most > 0 && !refusal(set.pod, nodeOf(pool))) }))
    .sort((a, b) => a.takers.length - b.takers.length || largest(b.pod, pools) - largest(a.pod, pools));
  let placed = 0;
  for (const { count, pod, takers } of order) {
    const filled = fill(nodes, { count, pod }, takers);
    nodes = filled.nodes;
    placed += filled.placed;
  }
  return placed;
}

/** Nodes of a pool that have the same left. */
interface AlikeNodes {
  readonly pool: EmptyPool;
  readonly count: number;
  readonly free: Demand;
}

/** Places as many of the pods as it can; whole groups of nodes at a time, so that thousands cost nothing. */
function fill(nodes: readonly AlikeNodes[], { count, pod }: AlikePods, takers: readonly EmptyPool[]) {
  const open = nodes
    .map((group) => ({ group, each: takers.includes(group.pool) ? roomFor(pod, group.free) : 0 }))
    .sort((a, b) => a.each - b.each);
  let left = count;
  const after = open.flatMap(({ group, each }): AlikeNodes[] => {
    if (each === 0 || left === 0) return [group];
    const full = Math.min(group.count, Math.floor(left / each));
    const rest = full < group.count ? Math.min(left - full * each, each) : 0;
    left -= full * each + rest;
    return [
      { ...group, count: full, free: without(group.free, pod, each) },
      { ...group, count: rest > 0 ? 1 : 0, free: without(group.free, pod, rest) },
      { ...group, count: group.count - full - (rest > 0 ? 1 : 0) },
    ].filter((part) => part.count > 0);
  });
  return { nodes: after, placed: count - left };
}

/** How many of such pods a node with so much left takes. */
function roomFor({ demand }: PodView, free: Demand): number {
  const shares = [...demand].map(([name, amount]) =>
    amount > 0 ? Math.floor((free.get(name) ?? 0) / amount) : Number.POSITIVE_INFINITY,
  );
  return Math.max(0, Math.min(...shares));
}

function without(free: Demand, { demand }: PodView, pods: number): Demand {
  return new Map([...free].map(([name, amount]) => [name, amount - pods * (demand.get(name) ?? 0)]));
}

/** The largest share of a resource, of the most that any node has of it. */
function largest({ demand }: PodView, pools: readonly EmptyPool[]): number {
  const shares = [...demand].map(([name, amount]) => {
    const most = Math.max(0, ...pools.map(({ capacity }) => capacity.get(name) ?? 0));
    return most > 0 ? amount / most : 0;
  });
  return Math.max(0, ...shares);
}

function refusal(pod: PodView, node: NodeView): string | undefined {
  const barred = barrier(pod, node);
  if (barred) return barred.replace(/^node\(s\) (?:had )?/, '');
  const short = lacking(pod, node.capacity);
  return short.length > 0 ? `a node has too little ${short.join(', ')}` : undefined;
}

function nodeOf({ name, labels, taints, capacity }: EmptyPool): NodeView {
  return { name, labels, taints, unschedulable: false, capacity };
}
