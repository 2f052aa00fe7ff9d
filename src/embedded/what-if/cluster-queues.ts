import { podRequests } from '../../api/pod-requests.ts';
import { barrier, tolerates } from '../../api/scheduling/fit.ts';
import type { Demand, PodView, SelectorTerm, Toleration } from '../../api/scheduling/view.ts';
import { Lines } from './lines.ts';
import type { ClusterQueue, Flavor, PodSet, ResourceGroup } from './scenario.ts';

/** A job as its queue sees it. */
export interface Workload {
  readonly id: string;
  readonly podSets: readonly PodSet[];
  readonly priority: number;
  /** Orders workloads of one priority. */
  readonly order: number;
}

/** By pod set, the flavors that its pods run on. */
export type Assignment = ReadonlyMap<string, readonly Flavor[]>;
type Usage = Map<string, number>;

export interface QueueEvents {
  admitted(workload: Workload, assignment: Assignment): void;
  /** These have to give their quota back; it is free once they are {@link QuotaQueue.release}d. */
  evicted(victims: readonly Workload[], by: Workload): void;
}

interface Holder {
  readonly workload: Workload;
  readonly usage: Usage;
  /** Position among admissions. */
  readonly since: number;
  evicted: boolean;
}

interface Fit {
  readonly assignment: Assignment;
  readonly usage: Usage;
}

/** One cluster queue: jobs wait in it until its quota has room for all of their pods. */
export class QuotaQueue {
  readonly #queue: ClusterQueue;
  readonly #events: QueueEvents;
  readonly #waiting = new Lines<Workload>(byTurn);
  readonly #reasons = new Map<string, string>();
  readonly #holders = new Map<string, Holder>();
  readonly #used: Usage = new Map();
  /** What those who made others give way will take. */
  readonly #claims = new Map<string, { readonly workload: Workload; readonly usage: Usage }>();
  #admissions = 0;
  #changed = false;

  constructor(queue: ClusterQueue, events: QueueEvents) {
    this.#queue = queue;
    this.#events = events;
  }

  add(workload: Workload): void {
    this.#waiting.add(lineOf(workload), workload);
    this.#changed = true;
  }

  /** The workload is over, or back without its quota. */
  release(workload: Workload): void {
    this.#waiting.delete(lineOf(workload), workload);
    this.#claims.delete(workload.id);
    const holder = this.#holders.get(workload.id);
    if (holder) sum(this.#used, holder.usage, -1);
    this.#holders.delete(workload.id);
    this.#changed = true;
  }

  /** Why a workload waits. */
  reasonFor(workload: Workload): string | undefined {
    const [first] = this.#waiting.all().filter((other) => lineOf(other) === lineOf(workload));
    return this.#reasons.get(workload.id) ?? (first && this.#reasons.get(first.id)) ?? this.#ahead();
  }

  #ahead(): string | undefined {
    const [first] = this.#waiting.all();
    return first && `waits behind ${first.id} in ClusterQueue ${this.#queue.name} (StrictFIFO)`;
  }

  /** Admits whom it can. */
  round(): void {
    if (!this.#changed) return;
    this.#changed = false;
    this.#waiting.offer(
      (workload) => this.#try(workload),
      () => true,
    );
  }

  #try(workload: Workload): 'took' | 'refused' | 'stop' {
    const found = this.#fit(workload, this.#withClaims(workload, new Map(this.#used)));
    if (typeof found !== 'string') {
      this.#claims.delete(workload.id);
      this.#reasons.delete(workload.id);
      this.#holders.set(workload.id, { workload, usage: found.usage, since: this.#admissions++, evicted: false });
      sum(this.#used, found.usage, 1);
      this.#events.admitted(workload, found.assignment);
      return 'took';
    }
    this.#reasons.set(workload.id, found);
    this.#preempt(workload);
    return this.#queue.strategy === 'StrictFIFO' ? 'stop' : 'refused';
  }

  /** What others who come before a workload have a claim to is not for it. */
  #withClaims(workload: Workload, used: Usage): Usage {
    for (const claim of this.#claims.values()) {
      if (byTurn(claim.workload, workload) < 0) sum(used, claim.usage, 1);
    }
    return used;
  }

  #usedBy(workload: Workload, holders: Iterable<Holder>): Usage {
    const used: Usage = new Map();
    for (const { usage } of holders) sum(used, usage, 1);
    return this.#withClaims(workload, used);
  }

  #preempt(workload: Workload): void {
    if (this.#queue.preemption === 'Never') return;
    const all = [...this.#holders.values()];
    const going = new Set(all.filter(({ evicted }) => evicted));
    const stays = () => all.filter((holder) => !going.has(holder));
    const candidates = all
      .filter((holder) => !holder.evicted && this.#outranks(workload, holder.workload))
      .sort((a, b) => a.workload.priority - b.workload.priority || b.since - a.since);
    let fit = this.#fit(workload, this.#usedBy(workload, stays()));
    const chosen: Holder[] = [];
    for (const candidate of candidates) {
      if (typeof fit !== 'string') break;
      going.add(candidate);
      chosen.push(candidate);
      fit = this.#fit(workload, this.#usedBy(workload, stays()));
    }
    if (typeof fit === 'string') return;
    for (const victim of chosen.slice(0, -1).reverse()) {
      going.delete(victim);
      const without = this.#fit(workload, this.#usedBy(workload, stays()));
      if (typeof without === 'string') going.add(victim);
      else fit = without;
    }
    this.#claims.set(workload.id, { workload, usage: fit.usage });
    const victims = chosen.filter((victim) => going.has(victim));
    if (victims.length === 0) return;
    for (const victim of victims) victim.evicted = true;
    this.#events.evicted(
      victims.map((victim) => victim.workload),
      workload,
    );
  }

  #outranks(workload: Workload, other: Workload): boolean {
    if (other.priority !== workload.priority) return other.priority < workload.priority;
    return this.#queue.preemption === 'LowerOrNewerEqualPriority' && other.order > workload.order;
  }

  /** Flavors for each pod set, or why there are none. */
  #fit(workload: Workload, used: Usage): Fit | string {
    const usage: Usage = new Map();
    const assignment = new Map<string, readonly Flavor[]>();
    for (const podSet of workload.podSets) {
      const flavors: Flavor[] = [];
      const needs = needsOf(podSet);
      for (const resource of needs.keys()) {
        if (resource !== 'pods' && !this.#queue.groups.some(({ resources }) => resources.includes(resource))) {
          return `couldn't assign flavors to pod set ${podSet.name}: resource ${resource} unavailable in ClusterQueue ${this.#queue.name}`;
        }
      }
      for (const group of this.#queue.groups) {
        const asked = new Map([...needs].filter(([name, amount]) => amount > 0 && group.resources.includes(name)));
        if (asked.size === 0) continue;
        const flavor = chooseFlavor(group, podSet, asked, (name) => (used.get(name) ?? 0) + (usage.get(name) ?? 0));
        if (typeof flavor === 'string') return `couldn't assign flavors to pod set ${podSet.name}: ${flavor}`;
        flavors.push(flavor);
        for (const [name, amount] of asked) sum(usage, new Map([[`${flavor.name}/${name}`, amount]]), 1);
      }
      assignment.set(podSet.name, flavors);
    }
    return { assignment, usage };
  }
}

const byTurn = (a: Workload, b: Workload): number => b.priority - a.priority || a.order - b.order;

function chooseFlavor(
  group: ResourceGroup,
  podSet: PodSet,
  asked: Demand,
  used: (name: string) => number,
): Flavor | string {
  const problems: string[] = [];
  for (const flavor of group.flavors) {
    const mismatch = mismatchOf(flavor, podSet);
    if (mismatch) {
      problems.push(mismatch);
      continue;
    }
    const short = [...asked].filter(
      ([name, amount]) => used(`${flavor.name}/${name}`) + amount > (flavor.quota.get(name) ?? 0),
    );
    if (short.length === 0) return flavor;
    problems.push(
      ...short.map(([name, amount]) => {
        const quota = flavor.quota.get(name) ?? 0;
        if (amount > quota)
          return `insufficient quota for ${name} in flavor ${flavor.name}, previously considered podsets requests (0) + current podset request (${amount / 1000}) > maximum capacity (${quota / 1000})`;
        const missing = used(`${flavor.name}/${name}`) + amount - quota;
        return `insufficient unused quota for ${name} in flavor ${flavor.name}, ${missing / 1000} more needed`;
      }),
    );
  }
  return problems.join(', ');
}

/** A pod set keeps away from flavors whose nodes its own selectors exclude, or whose taints it does not tolerate. */
function mismatchOf(flavor: Flavor, { spec }: PodSet): string | undefined {
  const {
    nodeSelector = {},
    tolerations = [],
    affinity,
  } = spec as {
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly Toleration[];
    readonly affinity?: {
      readonly nodeAffinity?: {
        readonly requiredDuringSchedulingIgnoredDuringExecution?: {
          readonly nodeSelectorTerms?: readonly SelectorTerm[];
        };
      };
    };
  };
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const known = terms.map(({ matchExpressions = [] }) => ({
    matchExpressions: matchExpressions.filter(({ key }) => key in flavor.nodeLabels),
  }));
  const all = [...tolerations, ...flavor.tolerations];
  const taint = flavor.taints.find(
    (each) => each.effect !== 'PreferNoSchedule' && !all.some((toleration) => tolerates(toleration, each)),
  );
  if (taint) return `untolerated taint ${taint.key} in flavor ${flavor.name}`;
  const pod: Partial<PodView> = {
    nodeSelector: Object.fromEntries(Object.entries(nodeSelector).filter(([key]) => key in flavor.nodeLabels)),
    affinity: known.some(({ matchExpressions }) => matchExpressions.length === 0) ? [] : known,
    tolerations: [],
  };
  const node = { name: '', labels: flavor.nodeLabels, taints: [], unschedulable: false, capacity: new Map() };
  return barrier(pod as PodView, node) && `flavor ${flavor.name} doesn't match node affinity`;
}

const needs = new WeakMap<PodSet, Demand>();

/** What all pods of a set ask for together, in thousandths. */
function needsOf(podSet: PodSet): Demand {
  let demand = needs.get(podSet);
  if (!demand) {
    const each = [...podRequests(podSet.spec).requests].map(([name, amount]) => [name, Number(amount)] as const);
    demand = new Map([...each, ['pods', 1000] as const].map(([name, amount]) => [name, amount * podSet.count]));
    needs.set(podSet, demand);
  }
  return demand;
}

const lines = new WeakMap<Workload, string>();

/** Workloads that ask for the same, under the same conditions, have the same text. */
function lineOf(workload: Workload): string {
  let line = lines.get(workload);
  if (line === undefined) {
    line = JSON.stringify([
      workload.priority,
      workload.podSets.map((podSet) => {
        const { nodeSelector, tolerations } = podSet.spec;
        return [podSet.name, [...needsOf(podSet)].sort(), nodeSelector, tolerations];
      }),
    ]);
    lines.set(workload, line);
  }
  return line;
}

function sum(total: Usage, more: ReadonlyMap<string, number>, sign: 1 | -1): void {
  for (const [name, amount] of more) total.set(name, (total.get(name) ?? 0) + sign * amount);
}
