import type { Size } from 'cdk8s';
import { amountsOf, type Demand } from '../api/scheduling/view.ts';
import { Accelerator } from './accelerator.ts';
import type { Capacity } from './capacity.ts';
import type { Platform } from './cluster-platform.ts';
import type { Cpu } from './k8s.ts';

/** What the pods of one node can have: what the kubelet reports as allocatable. */
export interface NodeAllocatable {
  /** @default - not judged */
  readonly cpu?: Cpu;
  /** @default - not judged */
  readonly memory?: Size;
  /** @default - not judged */
  readonly ephemeralStorage?: Size;
  /** @default 110 */
  readonly pods?: number;
}

/** Keeps pods away that do not tolerate it. */
export interface NodeTaint {
  readonly key: string;
  /** @default - none */
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'NoExecute' | 'PreferNoSchedule';
}

/** Accelerators of which a node has more than one pod may ask for, such as shares of GPUs. */
export interface NodeAccelerators {
  readonly accelerator: Accelerator;
  /** How many of them each node has. */
  readonly perNode: number;
}

interface NodePoolBase {
  /** Tells it from the others; also in messages. */
  readonly name: string;
  /** What each node has; an accelerator alone stands for as many as its count says. @default - none */
  readonly accelerators?: readonly (Accelerator | NodeAccelerators)[];
  /** @default - only accelerators and 110 pods of a node are judged */
  readonly allocatable?: NodeAllocatable;
  /** Labels that only nodes of this pool have; pods that are to run there select them. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Besides those of the provider and the accelerator's vendor; pods that are to run there tolerate them. @default - none */
  readonly taints?: readonly NodeTaint[];
  /** How the nodes are bought. Spot and reserved ones are for jobs that ask for them. @default Capacity.onDemand() */
  readonly capacity?: Capacity;
}

/** Nodes that are all alike: a fixed number of them, or as many as an autoscaler may make. */
export type NodePool = NodePoolBase &
  (
    | {
        /** Nodes that are always there. */
        readonly count: number;
        readonly max?: undefined;
      }
    | {
        /** Nodes that an autoscaler makes at most. */
        readonly max: number;
        readonly count?: undefined;
      }
  );

/** The most nodes that a pool can have. */
export const mostNodes = (pool: NodePool): number => pool.max ?? pool.count ?? 0;

/** What each node of a pool has, by accelerator. */
export function acceleratorsOf({ accelerators = [] }: NodePool): readonly NodeAccelerators[] {
  return accelerators.map((each) => (each instanceof Accelerator ? { accelerator: each, perNode: each.count } : each));
}

/** @throws when a pool cannot be so, with a mend */
export function checkPools(pools: readonly NodePool[]): void {
  const names = new Set<string>();
  for (const pool of pools) {
    const { name } = pool;
    if (name === '') throw new Error("'name' of a node pool must not be empty");
    if (names.has(name)) throw new Error(`two node pools are named '${name}': give one of them another name`);
    names.add(name);
    const most = mostNodes(pool);
    if (!Number.isInteger(most) || most < 1) {
      throw new Error(`node pool '${name}': 'count' or 'max' must be a positive integer, got ${most}`);
    }
    for (const { accelerator, perNode } of acceleratorsOf(pool)) {
      if (Number.isInteger(perNode) && perNode >= 1) continue;
      throw new Error(
        `node pool '${name}': 'perNode' of ${accelerator.name} must be a positive integer, got ${perNode}`,
      );
    }
  }
}

/** Stands for more than anybody asks for. */
const PLENTY = Number.MAX_SAFE_INTEGER;
const DEFAULT_PODS = 110;

/**
 * What the pods of one node can have, in thousandths; accelerators by their titles.
 * @param asked resources that pods ask for besides accelerators: there are plenty of those that the pool says nothing of
 */
export function capacityOf(pool: NodePool, platform: Platform, asked: Iterable<string>): Demand {
  const { cpu, memory, ephemeralStorage: disk, pods = DEFAULT_PODS } = pool.allocatable ?? {};
  const devices = acceleratorsOf(pool);
  const besides = Object.assign({}, ...devices.map(({ accelerator }) => accelerator.on(platform).besides ?? {}));
  const capacity = new Map(
    amountsOf({
      pods: String(pods),
      ...(cpu && { cpu: String(cpu.amount) }),
      ...(memory && { memory: `${memory.toMebibytes()}Mi` }),
      ...(disk && { 'ephemeral-storage': `${disk.toMebibytes()}Mi` }),
      ...besides,
    }),
  );
  for (const { accelerator, perNode } of devices) capacity.set(accelerator.title, perNode * 1000);
  for (const name of asked) if (!capacity.has(name)) capacity.set(name, PLENTY);
  return capacity;
}
