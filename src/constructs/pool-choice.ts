import { tolerates } from '../api/scheduling/fit.ts';
import type { Accelerator } from './accelerator.ts';
import type { Capacity } from './capacity.ts';
import type { Platform } from './cluster-platform.ts';
import type { JobContext } from './job-context.ts';
import type { NodePlacement, Toleration } from './node-placement.ts';
import { acceleratorsOf, type NodePool, type NodeTaint } from './node-pool.ts';
import type { ReplicaProps } from './replica.ts';

/** What pods ask of the nodes that they run on. */
export interface WantedNodes {
  readonly accelerator: Accelerator | undefined;
  readonly capacity: Capacity | undefined;
  /** The one pool that they may run on. */
  readonly pool: NodePool | undefined;
}

/** A role's own words come before the job's. */
export const wantedBy = (props: ReplicaProps, context: JobContext): WantedNodes => ({
  accelerator: props.accelerator ?? context.accelerator,
  capacity: props.capacity ?? context.capacity,
  pool: props.pool ?? context.pool,
});

/** The pools whose nodes are as asked, or why there are none; the field that asks for it comes first, in quotes. */
export type PoolChoice =
  | { readonly pools: readonly NodePool[]; readonly problem?: undefined }
  | { readonly pools?: undefined; readonly problem: string };

/** Which pools pods may run on. Those without an accelerator of their own keep off nodes that have some, where they can. */
export function choosePools(wanted: WantedNodes, all: readonly NodePool[], platform: Platform): PoolChoice {
  const { accelerator, capacity, pool: only } = wanted;
  if (only && !all.includes(only)) {
    return { problem: `'pool': the platform has no node pool '${only.name}': name it in the platform's 'nodePools'` };
  }
  const pools = only ? [only] : all;
  const offering = accelerator ? pools.filter((pool) => offers(pool, accelerator, platform)) : pools;
  if (accelerator && offering.length === 0) {
    const offered = [...new Set(pools.flatMap((pool) => acceleratorsOf(pool).map(titleOf)))];
    const mend = only ? 'choose another pool' : 'add a pool with it to the platform';
    const choice = offered.length > 0 ? `choose one of ${offered.join(', ')}, or ` : '';
    const who = only ? `node pool ${only.name} does not offer` : 'no node pool offers';
    return { problem: `'accelerator': ${who} ${accelerator.title}: ${choice}${mend}` };
  }
  const bought = offering.filter((pool) => isBought(pool, capacity));
  if (bought.length > 0) return { pools: accelerator ? bought : withoutAccelerators(bought) };
  const what = accelerator ? `${accelerator.title} on` : '';
  const others = offering.map((pool) => `${pool.name} is ${pool.capacity?.title ?? ON_DEMAND}`).join(', ');
  const mend = capacity ? 'choose another capacity' : "say with 'capacity' that the job runs on such nodes";
  const asked = `${what} ${capacity?.title ?? ON_DEMAND}`.trim();
  return { problem: `'capacity': no node pool offers ${asked} nodes (${others}): ${mend}, or add a pool` };
}

/** The labels and taints of the pools that pods may run on; nothing when there is none. */
export function poolPlacement(
  wanted: WantedNodes,
  pools: readonly NodePool[],
  platform: Platform,
): NodePlacement | undefined {
  const chosen = choosePools(wanted, pools, platform).pools;
  if (pools.length === 0 || !chosen) return undefined;
  const known = [wanted.accelerator?.on(platform).placement, wanted.capacity?.on(platform)].flatMap(
    (placement) => placement?.tolerations ?? [],
  );
  const tolerations = chosen
    .flatMap(({ taints = [] }) => taints)
    .filter((taint) => !known.some((toleration) => tolerates(toleration, taint)))
    .flatMap(tolerationOf);
  const labels = chosen.map((pool) =>
    Object.entries(pool.labels ?? {}).map(([key, value]) => ({ key, values: [value] })),
  );
  // A pool that nothing tells from others would be shut out by the labels of the rest.
  if (labels.some((own) => own.length === 0)) return { requirements: [], tolerations };
  const [only = []] = labels;
  return labels.length === 1 ? { requirements: only, tolerations } : { requirements: [], tolerations, anyOf: labels };
}

/** Whether labels tell the nodes of all pools that pods may run on. */
export function areTold(wanted: WantedNodes, pools: readonly NodePool[], platform: Platform): boolean {
  const chosen = pools.length === 0 ? [] : (choosePools(wanted, pools, platform).pools ?? []);
  return chosen.length > 0 && chosen.every(({ labels = {} }) => Object.keys(labels).length > 0);
}

const ON_DEMAND = 'on-demand';
const titleOf = ({ accelerator }: { readonly accelerator: Accelerator }): string => accelerator.title;

const offers = (pool: NodePool, wanted: Accelerator, platform: Platform): boolean =>
  acceleratorsOf(pool).some(({ accelerator }) => wanted.isOfferedBy(accelerator, platform));

function withoutAccelerators(pools: readonly NodePool[]): readonly NodePool[] {
  const plain = pools.filter((pool) => acceleratorsOf(pool).length === 0);
  return plain.length > 0 ? plain : pools;
}

/** Spot and reserved nodes are for those who ask for them. */
function isBought({ capacity: pool }: NodePool, wanted: Capacity | undefined): boolean {
  return (pool?.title ?? ON_DEMAND) === (wanted?.title ?? ON_DEMAND);
}

function tolerationOf({ key, value, effect }: NodeTaint): Toleration[] {
  if (effect === 'PreferNoSchedule') return [];
  return [value === undefined ? { key, operator: 'Exists', effect } : { key, operator: 'Equal', value, effect }];
}
