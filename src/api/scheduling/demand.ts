import { podRequests } from '../pod-requests.ts';

/** Pods of one template. */
export interface TemplatePods {
  /** Where the pods' spec stands, such as `spec.template.spec`. */
  readonly path: string;
  readonly count: number;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What pods ask for together, in thousandths, by the names that ResourceQuotas and queues have for it. */
export function demandOf(sets: readonly Pick<TemplatePods, 'count' | 'spec'>[]): Map<string, bigint> {
  const demand = new Map<string, bigint>();
  for (const { count, spec } of sets) {
    const { requests, limits } = podRequests(spec);
    add(demand, 'pods', BigInt(count) * 1000n);
    // Where there is a limit and no request, the limit is the request.
    for (const [name, amount] of new Map([...limits, ...requests])) add(demand, name, amount * BigInt(count));
    for (const [name, amount] of requests) add(demand, `requests.${name}`, amount * BigInt(count));
    for (const [name, amount] of limits) {
      add(demand, `limits.${name}`, amount * BigInt(count));
      if (!requests.has(name)) add(demand, `requests.${name}`, amount * BigInt(count));
    }
  }
  return demand;
}

function add(sum: Map<string, bigint>, name: string, amount: bigint): void {
  sum.set(name, (sum.get(name) ?? 0n) + amount);
}
