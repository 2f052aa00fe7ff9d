import { defaultPodSpec } from '../../embedded/builtin/pod-defaults.ts';
import { barrier, lacking } from '../../embedded/scheduler/fit.ts';
import { Nodes } from '../../embedded/scheduler/nodes.ts';
import { place } from '../../embedded/scheduler/schedule.ts';
import { type NodeView, type PodView, viewOfPod } from '../../embedded/scheduler/view.ts';
import type { Pool } from '../../embedded/what-if/index.ts';
import { type Finding, finding } from './codes.ts';
import type { PodSet } from './pod-sets.ts';

/** Nodes of a pool beyond which more make no difference to one job. */
const MOST_NODES = 5000;

/** Pods that no pool takes, and jobs whose pods the pools cannot take all at once, even when they are at their largest. */
export function fitFindings(written: readonly PodSet[], pools: readonly Pool[]): Finding[] {
  // As pods are stored: a limit without a request is one.
  const sets = written.map((set) => ({ ...set, spec: defaultPodSpec(set.spec) }));
  const misfits = sets.flatMap((set) => misfit(set, pools));
  return misfits.length > 0 ? misfits : gangFindings(sets, pools);
}

function misfit(set: PodSet, pools: readonly Pool[]): Finding[] {
  const pod = podOf(set, 0);
  const reasons = pools.map((pool) => ({ pool: pool.name, reason: reasonOf(pod, nodeOf(pool, 0)) }));
  if (set.count === 0 || reasons.some(({ reason }) => reason === undefined)) return [];
  const told = reasons.map(({ pool, reason }) => `${pool}: ${reason}`).join('; ');
  return [finding('fits-no-node', set.path, `no node pool takes such a pod: ${told}`)];
}

function reasonOf(pod: PodView, node: NodeView): string | undefined {
  const barred = barrier(pod, node);
  if (barred) return barred.replace(/^node\(s\) (?:had )?/, '');
  const short = lacking(pod, node.capacity);
  return short.length > 0 ? `a node has too little ${short.join(', ')}` : undefined;
}

function gangFindings(sets: readonly PodSet[], pools: readonly Pool[]): Finding[] {
  const total = sets.reduce((sum, { count }) => sum + count, 0);
  if (total < 2) return [];
  const nodes = new Nodes();
  for (const pool of pools) {
    const most = Math.min(pool.autoscaling?.max ?? pool.count, total, MOST_NODES);
    for (let index = 0; index < most; index++) nodes.set(nodeOf(pool, index));
  }
  const pods = sets.flatMap((set) => Array.from({ length: set.count }, (_, index) => podOf(set, index)));
  const placed = place(pods, nodes, 0).length;
  if (placed === total) return [];
  const message = `only ${placed} of its ${total} pods find a place at once, even when nothing else runs and all pools are at their largest: ask for less, or for fewer pods`;
  return [finding('gang-fits-not', '', message)];
}

function nodeOf({ name, labels, taints, capacity }: Pool, index: number): NodeView {
  return { name: `${name}-${index}`, labels, taints, unschedulable: false, capacity };
}

/** Each pod needs a name of its own; the view is remembered by the spec, so it is made once for all of a set. */
function podOf({ path, spec }: PodSet, index: number): PodView {
  const uid = `${path}-${index}`;
  const view = viewOfPod({ apiVersion: 'v1', kind: 'Pod', metadata: { name: uid, uid }, spec });
  return { ...view, uid, key: uid, nodeName: '' };
}
