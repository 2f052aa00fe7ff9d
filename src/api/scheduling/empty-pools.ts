import { barrier, lacking } from './fit.ts';
import { Nodes } from './nodes.ts';
import { place } from './place.ts';
import type { Demand, NodeView, PodView, Taint } from './view.ts';

/** Nodes of a pool beyond which more make no difference to one job. */
const MOST_NODES = 5000;

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
    const reason = pool.most > 0 ? refusal(pod, nodeOf(pool, 0)) : 'it has no nodes';
    if (reason === undefined) return undefined;
    reasons.push(`${pool.name}: ${reason}`);
  }
  return reasons;
}

/** How many of the pods find a place at once when nothing else runs and all pools are at their largest. */
export function placedAtOnce(sets: readonly AlikePods[], pools: readonly EmptyPool[]): number {
  const total = sets.reduce((sum, { count }) => sum + count, 0);
  const nodes = new Nodes();
  for (const pool of pools) {
    const most = Math.min(pool.most, total, MOST_NODES);
    for (let index = 0; index < most; index++) nodes.set(nodeOf(pool, index));
  }
  const pods = sets.flatMap(({ count, pod }, set) =>
    Array.from({ length: count }, (_, index) => {
      const uid = `${set}-${index}`;
      return { ...pod, uid, key: uid, nodeName: '' };
    }),
  );
  return place(pods, nodes, 0).length;
}

function refusal(pod: PodView, node: NodeView): string | undefined {
  const barred = barrier(pod, node);
  if (barred) return barred.replace(/^node\(s\) (?:had )?/, '');
  const short = lacking(pod, node.capacity);
  return short.length > 0 ? `a node has too little ${short.join(', ')}` : undefined;
}

function nodeOf({ name, labels, taints, capacity }: EmptyPool, index: number): NodeView {
  return { name: `${name}-${index}`, labels, taints, unschedulable: false, capacity };
}
