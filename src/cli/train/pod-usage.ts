import { toMilli } from '../../api/quantity.ts';
import { isNotFound } from '../../runtime/client.ts';
import type { HttpClient } from '../../runtime/http-client.ts';
import { queryString } from '../../runtime/resource-path.ts';
import type { Found } from './find-job.ts';
import type { RankedPod } from './job-pods.ts';

/** What a pod uses now. */
export interface Usage {
  /** Thousandths of a processor. */
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

interface PodMetrics {
  readonly metadata: { readonly name: string };
  readonly containers?: readonly { readonly usage?: { readonly cpu?: string; readonly memory?: string } }[];
}

/** By pod, from the metrics API; undefined where the cluster does not have it. */
export async function usageOf(
  client: HttpClient,
  { trainKind, job }: Found,
): Promise<ReadonlyMap<string, Usage> | undefined> {
  const { namespace = '' } = job.metadata;
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const query = queryString({ labelSelector: trainKind.podSelector(job) });
  try {
    return usageIn((await client.json(path + query)) as { readonly items?: readonly PodMetrics[] });
  } catch (error) {
    if (isNotFound(error) || [501, 503].includes((error as { readonly code?: number }).code ?? 0)) return undefined;
    throw error;
  }
}

/** Pure. */
export function usageIn({ items = [] }: { readonly items?: readonly PodMetrics[] }): ReadonlyMap<string, Usage> {
  return new Map(
    items.map(({ metadata: { name }, containers = [] }) => {
      const sum = (of: 'cpu' | 'memory') =>
        containers.reduce((total, { usage }) => total + toMilli(usage?.[of] ?? '0'), 0n);
      return [name, { cpuMilli: Number(sum('cpu')), memoryBytes: Number(sum('memory') / 1000n) }];
    }),
  );
}

interface Container {
  readonly resources?: { readonly limits?: Quantities; readonly requests?: Quantities };
}
type Quantities = Readonly<Record<string, string | number>>;

/** Accelerators and other devices that a pod asks for: everything whose name has a domain, by name. Pure. */
export function devicesOf({ pod }: Pick<RankedPod, 'pod'>): ReadonlyMap<string, number> {
  const { containers = [] } = (pod.spec ?? {}) as { readonly containers?: readonly Container[] };
  const devices = new Map<string, number>();
  for (const { resources } of containers) {
    for (const [name, amount] of Object.entries({ ...resources?.requests, ...resources?.limits })) {
      if (name.includes('/')) devices.set(name, (devices.get(name) ?? 0) + Number(amount));
    }
  }
  return devices;
}
