import * as z from 'zod';
import type { KubeObject } from '../../api/kube.ts';
import type { ClusterQueue, Flavor, Queues } from '../../embedded/what-if/index.ts';
import type { Located } from '../manifest-files.ts';
import { checked } from './documents.ts';
import { amounts, texts } from './fields.ts';

/** Kueue's objects, as far as they are simulated. Everything else in them is refused by name. */

const unsupported = (mend: string) => z.undefined({ error: `is not simulated; ${mend}` }).optional();
const only = <T extends string>(values: readonly [T, ...T[]], mend: string) =>
  z.enum(values, { error: `only ${values.join(', ')} ${values.length > 1 ? 'are' : 'is'} simulated; ${mend}` });
const ALONE = 'give each ClusterQueue a quota of its own';

const flavorQuota = z
  .strictObject({
    name: z.string(),
    resources: z.array(
      z.strictObject({
        name: z.string(),
        nominalQuota: z.union([z.string(), z.number()], { error: 'is missing: write it like 8 or 64Gi' }),
        borrowingLimit: unsupported(ALONE),
        lendingLimit: unsupported(ALONE),
      }),
    ),
  })
  .transform(({ name, resources }, context) => {
    const parsed = amounts().safeParse(Object.fromEntries(resources.map((each) => [each.name, each.nominalQuota])));
    if (parsed.success) return { name, quota: parsed.data as ReadonlyMap<string, number> };
    context.addIssue({ code: 'custom', message: 'nominalQuota is no amount; write it like 8 or 64Gi' });
    return z.NEVER;
  });

const selector = z.strictObject({
  matchLabels: texts().default({}),
  matchExpressions: unsupported('select namespaces with matchLabels'),
});

const clusterQueueSpec = z.strictObject({
  resourceGroups: z.array(z.strictObject({ coveredResources: z.array(z.string()), flavors: z.array(flavorQuota) })),
  queueingStrategy: only(['StrictFIFO', 'BestEffortFIFO'], 'choose one').default('BestEffortFIFO'),
  namespaceSelector: selector.nullish(),
  preemption: z
    .strictObject({
      withinClusterQueue: only(['Never', 'LowerPriority', 'LowerOrNewerEqualPriority'], 'choose one').default('Never'),
      reclaimWithinCohort: only(['Never'], ALONE).optional(),
      borrowWithinCohort: unsupported(ALONE),
    })
    .default({ withinClusterQueue: 'Never' }),
  flavorFungibility: unsupported('flavors are tried in their order'),
  stopPolicy: only(['None'], 'remove it').optional(),
  cohort: unsupported(ALONE),
  cohortName: unsupported(ALONE),
  fairSharing: unsupported('remove it'),
  admissionChecks: unsupported('remove them'),
  admissionChecksStrategy: unsupported('remove it'),
  admissionScope: unsupported('remove it'),
});

const localQueueSpec = z.strictObject({
  clusterQueue: z.string({ error: 'is missing: name a ClusterQueue' }),
  stopPolicy: only(['None'], 'remove it').optional(),
  fairSharing: unsupported('remove it'),
});

const flavorSpec = z.strictObject({
  nodeLabels: texts().default({}),
  nodeTaints: z
    .array(z.strictObject({ key: z.string(), value: z.string().default(''), effect: z.string() }))
    .default([]),
  tolerations: z
    .array(
      z.strictObject({
        key: z.string().optional(),
        operator: z.string().optional(),
        value: z.string().optional(),
        effect: z.string().optional(),
        tolerationSeconds: z.number().optional(),
      }),
    )
    .default([]),
  topologyName: unsupported('remove it'),
});

type FlavorSpec = z.output<typeof flavorSpec>;

/**
 * Cluster queues, with what their flavors say of nodes.
 * @throws naming file, object and field of what is not simulated, or of a flavor that is not there
 */
export function queuesOf(located: readonly Located[], namespaces: readonly KubeObject[]): Queues {
  const flavors = new Map<string, FlavorSpec>();
  const localQueues = new Map<string, string>();
  const priorities = new Map<string, number>();
  const waiting: Located[] = [];
  for (const each of located) {
    const { object, where } = each;
    const { name = '', namespace } = object.metadata;
    if (object.kind === 'ResourceFlavor') flavors.set(name, specOf(flavorSpec, each));
    else if (object.kind === 'LocalQueue')
      localQueues.set(`${namespace}/${name}`, specOf(localQueueSpec, each).clusterQueue);
    else if (object.kind === 'WorkloadPriorityClass')
      priorities.set(name, Number((object as KubeObject & { readonly value?: number }).value ?? 0));
    else if (object.kind === 'ClusterQueue') waiting.push(each);
    else throw new Error(`${where}: ${object.kind} is not simulated; leave it out of what you simulate`);
  }
  return { clusterQueues: waiting.map((each) => clusterQueueOf(each, flavors, namespaces)), localQueues, priorities };
}

const specOf = <T extends z.ZodType>(schema: T, { object, where }: Located): z.output<T> =>
  checked(z.object({ spec: schema.optional() }), { value: { spec: object.spec ?? {} }, where }).spec as z.output<T>;

function clusterQueueOf(
  located: Located,
  flavors: ReadonlyMap<string, FlavorSpec>,
  namespaces: readonly KubeObject[],
): ClusterQueue {
  const { resourceGroups, queueingStrategy, preemption, namespaceSelector } = specOf(clusterQueueSpec, located);
  const flavorNamed = (name: string, quota: ReadonlyMap<string, number>): Flavor => {
    const flavor = flavors.get(name);
    if (!flavor) throw new Error(`${located.where}: there is no ResourceFlavor ${name}; add it to the manifests`);
    const { nodeLabels, nodeTaints, tolerations } = flavor;
    return { name, quota, nodeLabels, taints: nodeTaints, tolerations };
  };
  return {
    name: located.object.metadata.name ?? '',
    strategy: queueingStrategy,
    preemption: preemption.withinClusterQueue,
    admits: (namespace) => {
      if (!namespaceSelector) return false;
      const found = namespaces.find(({ metadata }) => metadata.name === namespace);
      const labels: Readonly<Record<string, string>> = {
        'kubernetes.io/metadata.name': namespace,
        ...found?.metadata.labels,
      };
      return Object.entries(namespaceSelector.matchLabels).every(([label, value]) => labels[label] === value);
    },
    groups: resourceGroups.map((group) => ({
      resources: group.coveredResources,
      flavors: group.flavors.map(({ name, quota }) => flavorNamed(name, quota)),
    })),
  };
}
