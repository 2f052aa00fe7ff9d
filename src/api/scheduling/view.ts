import type { JsonObject } from '../json.ts';
import { type KubeObject, keyOf } from '../kube.ts';
import { podRequests } from '../pod-requests.ts';

/** Thousandths of a resource's unit, by name. Numbers, since schedulers compare them all day. */
export type Demand = ReadonlyMap<string, number>;

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface SelectorTerm {
  readonly matchExpressions?: readonly Requirement[];
  readonly matchFields?: readonly Requirement[];
}

/** What a scheduler needs to know of a pod. */
export interface PodView {
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly priority: number;
  readonly mayPreempt: boolean;
  readonly demand: Demand;
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Any of these; empty: every node. */
  readonly affinity: readonly SelectorTerm[];
  readonly tolerations: readonly Toleration[];
  /** `namespace/name` of the PodGroup that it starts with. */
  readonly group?: string;
  /** Empty until it is bound. */
  readonly nodeName: string;
  /** Orders pods of one priority. */
  readonly since: string;
}

/** What a scheduler needs to know of a node. */
export interface NodeView {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  readonly capacity: Demand;
}

const views = new WeakMap<JsonObject, PodView>();

/** The view of a pod; remembered, since a pod is looked at more often than it changes. */
export function viewOfPod(pod: KubeObject): PodView {
  const spec = (pod.spec ?? {}) as JsonObject;
  const known = views.get(spec);
  if (known) return known;
  const affinity = (spec.affinity as { nodeAffinity?: JsonObject } | undefined)?.nodeAffinity
    ?.requiredDuringSchedulingIgnoredDuringExecution as { nodeSelectorTerms?: readonly SelectorTerm[] } | undefined;
  const group = (spec.schedulingGroup as { podGroupName?: string } | undefined)?.podGroupName;
  const { namespace = '', uid = '', creationTimestamp = '' } = pod.metadata;
  const view: PodView = {
    key: keyOf(pod.metadata),
    uid,
    priority: Number(spec.priority ?? 0),
    mayPreempt: spec.preemptionPolicy !== 'Never',
    demand: demandOf(spec),
    nodeSelector: (spec.nodeSelector ?? {}) as Record<string, string>,
    affinity: affinity?.nodeSelectorTerms ?? [],
    tolerations: (spec.tolerations ?? []) as readonly Toleration[],
    ...(group && { group: `${namespace}/${group}` }),
    nodeName: String(spec.nodeName ?? ''),
    since: creationTimestamp,
  };
  views.set(spec, view);
  return view;
}

function demandOf(spec: JsonObject): Demand {
  const demand = new Map<string, number>([['pods', 1000]]);
  for (const [name, amount] of podRequests(spec).requests) demand.set(name, Number(amount));
  return demand;
}

export function viewOfNode(node: KubeObject): NodeView {
  const { taints = [], unschedulable = false } = (node.spec ?? {}) as {
    readonly taints?: readonly Taint[];
    readonly unschedulable?: boolean;
  };
  const { allocatable, capacity } = (node.status ?? {}) as {
    readonly allocatable?: JsonObject;
    readonly capacity?: JsonObject;
  };
  return {
    name: node.metadata.name ?? '',
    labels: node.metadata.labels ?? {},
    taints,
    unschedulable,
    capacity: amountsOf(allocatable ?? capacity ?? {}),
  };
}

/** Quantities as numbers of thousandths. */
export function amountsOf(quantities: JsonObject): Demand {
  const { requests } = podRequests({ containers: [{ resources: { requests: quantities } }] });
  return new Map([...requests].map(([name, amount]) => [name, Number(amount)]));
}
