import { type JsonObject, objectsOf } from './json.ts';
import { toMilli } from './quantity.ts';

export type Amounts = ReadonlyMap<string, bigint>;

export interface PodAmounts {
  /** By resource, in thousandths of its unit. */
  readonly requests: Amounts;
  readonly limits: Amounts;
}

const known = new WeakMap<JsonObject, PodAmounts>();

/**
 * What a pod takes of its node: its containers and sidecars together or, where that is more, the largest
 * initialisation step, plus overhead; or what the pod itself asks for as a whole.
 */
export function podRequests(spec: JsonObject): PodAmounts {
  let amounts = known.get(spec);
  if (!amounts) {
    amounts = { requests: total(spec, 'requests'), limits: total(spec, 'limits') };
    known.set(spec, amounts);
  }
  return amounts;
}

function total(spec: JsonObject, which: 'requests' | 'limits'): Amounts {
  const running = new Map<string, bigint>();
  for (const container of objectsOf(spec.containers)) add(running, amountsOf(container, which));
  const peak = new Map<string, bigint>();
  const sidecars = new Map<string, bigint>();
  for (const container of objectsOf(spec.initContainers)) {
    const own = amountsOf(container, which);
    if (container.restartPolicy === 'Always') {
      add(sidecars, own);
      raise(peak, sidecars);
      continue;
    }
    const step = new Map(sidecars);
    add(step, own);
    raise(peak, step);
  }
  add(running, sidecars);
  raise(running, peak);
  raise(running, amountsOf(spec, which));
  if (which === 'requests') add(running, quantities(spec.overhead));
  return running;
}

const amountsOf = (owner: JsonObject, which: 'requests' | 'limits'): Amounts =>
  quantities((owner.resources as JsonObject | undefined)?.[which]);

function quantities(value: unknown): Amounts {
  return new Map(Object.entries((value ?? {}) as JsonObject).map(([name, amount]) => [name, toMilli(String(amount))]));
}

function add(sum: Map<string, bigint>, more: Amounts): void {
  for (const [name, amount] of more) sum.set(name, (sum.get(name) ?? 0n) + amount);
}

function raise(most: Map<string, bigint>, other: Amounts): void {
  for (const [name, amount] of other) if (amount > (most.get(name) ?? 0n)) most.set(name, amount);
}
