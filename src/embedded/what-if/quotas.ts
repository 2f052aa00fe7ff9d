import { POD } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import { checkSpecified, excess, limitsOf, type Usage, usageOf } from '../admission/resource-quota.ts';
import { BUILTIN_RESOURCES } from '../builtin/resources.ts';
import { type Resource, resourceId } from '../resource.ts';
import { Lines } from './lines.ts';

const PODS = BUILTIN_RESOURCES.find(({ kind }) => kind === POD) as Resource;

interface Quota {
  readonly object: KubeObject;
  readonly limits: Usage;
  readonly used: Map<string, bigint>;
}

interface Waiting {
  readonly pod: KubeObject;
  readonly usage: Usage;
  readonly line: string;
  readonly order: number;
}

/** What namespaces may have, by their ResourceQuotas; pods that are too many wait for others of the namespace to go. */
export class NamespaceQuotas {
  readonly #quotas = new Map<string, Quota[]>();
  readonly #taken = new Map<string, Usage>();
  readonly #waiting = new Map<string, { readonly namespace: string; readonly entry: Waiting }>();
  readonly #lines = new Map<string, Lines<Waiting>>();
  readonly #eased = new Set<string>();
  #order = 0;

  constructor(objects: readonly KubeObject[]) {
    for (const object of objects) {
      if (object.kind !== 'ResourceQuota') continue;
      const { namespace = '' } = object.metadata;
      const known = this.#quotas.get(namespace) ?? [];
      this.#quotas.set(namespace, [...known, { object, limits: limitsOf(object), used: new Map() }]);
    }
  }

  /**
   * Takes what a pod needs. True when there is not enough; then the pod waits until {@link offer}.
   * @throws ApiError when the pod lacks what the quota asks all pods for
   */
  take(pod: KubeObject): boolean {
    const { namespace = '', uid = '' } = pod.metadata;
    const quotas = this.#quotas.get(namespace);
    if (!quotas) return false;
    for (const { object } of quotas) checkSpecified(object, PODS, pod);
    const usage = usageOf(resourceId(POD), pod, true);
    const refusal = this.#reserve(namespace, uid, usage);
    if (refusal === undefined) return false;
    const line = [...usage].map(([name, amount]) => `${name}=${amount}`).join();
    const entry = { pod, usage, line, order: this.#order++ };
    const lines = this.#lines.get(namespace) ?? new Lines<Waiting>((a, b) => a.order - b.order);
    this.#lines.set(namespace, lines);
    lines.add(line, entry);
    this.#waiting.set(uid, { namespace, entry });
    return true;
  }

  /** Gives back what a pod took, or its place among those that wait. */
  release(pod: KubeObject): void {
    const { namespace = '', uid = '' } = pod.metadata;
    const waiting = this.#waiting.get(uid);
    if (waiting) {
      this.#waiting.delete(uid);
      this.#lines.get(namespace)?.delete(waiting.entry.line, waiting.entry);
    }
    const usage = this.#taken.get(uid);
    if (!usage) return;
    this.#taken.delete(uid);
    for (const { used } of this.#quotas.get(namespace) ?? []) {
      for (const [name, amount] of usage) used.set(name, (used.get(name) ?? 0n) - amount);
    }
    this.#eased.add(namespace);
  }

  /** Why a pod waits, as things are now. */
  explain(pod: KubeObject): string | undefined {
    const waiting = this.#waiting.get(pod.metadata.uid ?? '');
    const refusal = waiting && this.#refusal(waiting.namespace, waiting.entry.usage);
    return refusal === undefined ? undefined : `pods "${pod.metadata.name}" is forbidden: ${refusal}`;
  }

  /** Hands over the pods for which there is room now, first come, first served. */
  offer(admit: (pod: KubeObject) => void): void {
    for (const namespace of this.#eased) {
      this.#lines.get(namespace)?.offer(
        ({ pod, usage }) => {
          const { uid = '' } = pod.metadata;
          if (this.#reserve(namespace, uid, usage) !== undefined) return 'refused';
          this.#waiting.delete(uid);
          admit(pod);
          return 'took';
        },
        () => true,
      );
    }
    this.#eased.clear();
  }

  #reserve(namespace: string, uid: string, usage: Usage): string | undefined {
    const refusal = this.#refusal(namespace, usage);
    if (refusal !== undefined) return refusal;
    for (const { used } of this.#quotas.get(namespace) ?? []) {
      for (const [name, amount] of usage) used.set(name, (used.get(name) ?? 0n) + amount);
    }
    this.#taken.set(uid, usage);
    return undefined;
  }

  #refusal(namespace: string, usage: Usage): string | undefined {
    for (const { object, limits, used } of this.#quotas.get(namespace) ?? []) {
      const refusal = excess(object, limits, usage, used);
      if (refusal) return refusal;
    }
    return undefined;
  }
}
