import * as z from 'zod';
import type { KubeObject } from '../../api/kube.ts';
import { viewOfNode } from '../../api/scheduling/view.ts';
import type { Pool } from '../../embedded/what-if/index.ts';
import { checked, type Document, readDocuments } from './documents.ts';
import { amounts, count, duration, positive, texts } from './fields.ts';

const MINUTE = 60_000;
/** What kubelets allow unless told otherwise. */
const PODS = 110_000;

const taint = z.strictObject({
  key: z.string({ error: 'is missing' }),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'NoExecute', 'PreferNoSchedule'], {
    error: 'must be NoSchedule, NoExecute or PreferNoSchedule',
  }),
});

const autoscaling = z
  .strictObject({
    min: count().default(0),
    max: count(1),
    scaleUpDelay: duration().default(3 * MINUTE),
    scaleDownAfter: duration().default(10 * MINUTE),
  })
  .refine(({ min, max }) => min <= max, { error: 'min must not be more than max' });

const pool = z
  .strictObject({
    name: z.string({ error: 'is missing: give each pool a name' }).min(1, { error: 'must not be empty' }),
    count: count().optional(),
    autoscaling: autoscaling.optional(),
    capacity: amounts(),
    labels: texts().default({}),
    taints: z.array(taint).default([]),
    pricePerHour: positive().optional(),
    spot: z
      .strictObject({ interruptionsPerHour: positive(), replacedAfter: duration().default(3 * MINUTE) })
      .optional(),
  })
  .refine((given) => given.count !== undefined || given.autoscaling, {
    error: 'has no nodes: give it a count, or autoscaling with min and max',
  })
  .refine((given) => (given.count ?? 0) <= (given.autoscaling?.max ?? Number.POSITIVE_INFINITY), {
    error: 'has a count above autoscaling.max',
  });

const poolsFile = z.strictObject({
  pools: z.array(pool, { error: 'must be a list of node pools' }).min(1, { error: 'must hold at least one node pool' }),
});

/**
 * Node pools from a file of our own form, or from Node objects as `kubectl get nodes -o yaml` prints them.
 * @throws naming file, document and field, and how to mend it
 */
export function readPools(file: string): readonly Pool[] {
  const documents = readDocuments(file);
  if (documents.length === 0) throw new Error(`${file} is empty; describe at least one node pool in it`);
  const nodes = documents.flatMap(nodesIn);
  const own = documents.filter((document) => nodesIn(document).length === 0);
  const pools = [...own.flatMap((document) => checked(poolsFile, document).pools.map(poolOf)), ...poolsOfNodes(nodes)];
  const names = pools.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${file}: two pools are named ${twice}; give each a name of its own`);
  return pools;
}

function poolOf(given: z.output<typeof pool>): Pool {
  const { autoscaling: scaling, spot, pricePerHour, capacity } = given;
  if (!capacity.has('pods')) capacity.set('pods', PODS);
  return {
    name: given.name,
    count: given.count ?? scaling?.min ?? 0,
    capacity,
    labels: given.labels,
    taints: given.taints.map(({ value, ...rest }) => ({ ...rest, ...(value !== undefined && { value }) })),
    ...(pricePerHour !== undefined && { pricePerHour }),
    ...(spot && { spot: { interruptionsPerHour: spot.interruptionsPerHour, replaceMs: spot.replacedAfter } }),
    ...(scaling && {
      autoscaling: {
        min: scaling.min,
        max: scaling.max,
        scaleUpMs: scaling.scaleUpDelay,
        scaleDownMs: scaling.scaleDownAfter,
      },
    }),
  };
}

function nodesIn({ value }: Document): readonly KubeObject[] {
  const { kind, items } = (value ?? {}) as { readonly kind?: string; readonly items?: readonly KubeObject[] };
  if (kind === 'Node') return [value as KubeObject];
  return kind === 'List' ? (items ?? []).filter((item) => item.kind === 'Node') : [];
}

/** One pool for each node, since each has its own labels; nodes that take no pods are left out. */
function poolsOfNodes(nodes: readonly KubeObject[]): readonly Pool[] {
  return nodes
    .map(viewOfNode)
    .flatMap(({ name, labels, taints, capacity, unschedulable }) =>
      unschedulable ? [] : [{ name, count: 1, capacity, labels, taints }],
    );
}
