import { POD } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import type { KubeClient } from '../../runtime/client.ts';
import type { Found } from './find-job.ts';

/** One pod of a job at its place. */
export interface RankedPod {
  /** Its place in the job: the process's own rank where every pod runs one. */
  readonly rank: number;
  /** The pod's name without the job's: `worker-0`. */
  readonly seat: string;
  /** The container that trains. */
  readonly container?: string;
  readonly pod: KubeObject;
}

/** The pods of a job that are there, by rank. */
export async function podsOf(client: KubeClient, { trainKind, job }: Found): Promise<readonly RankedPod[]> {
  const { namespace } = job.metadata;
  const labelSelector = trainKind.podSelector(job);
  const { items } = await client.list(POD, { ...(namespace && { namespace }), labelSelector });
  return ranked({ trainKind, job }, items);
}

/** Pure. */
export function ranked({ trainKind, job }: Found, pods: readonly KubeObject[]): readonly RankedPod[] {
  const own = pods.filter((pod) => trainKind.owns(job, pod));
  const placed = own.map((pod) => ({ pod, order: trainKind.order(pod) }));
  placed.sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]);
  const offsets = offsetsOf({ trainKind, job });
  return placed.map(({ pod, order: [type, index] }, place): RankedPod => {
    const container = trainKind.mainContainer(pod);
    const rank = offsets[type] === undefined ? place : offsets[type] + index;
    return { rank, seat: trainKind.seat?.(pod) ?? seatOf(job, pod), ...(container && { container }), pod };
  });
}

/** Where each type's ranks begin, so that a pod keeps its rank while others are missing. */
function offsetsOf({ trainKind, job }: Found): Readonly<Record<number, number>> {
  const offsets: Record<number, number> = {};
  let next = 0;
  for (const { place, wanted } of trainKind.replicas(job)) {
    offsets[place] = next;
    next += wanted;
  }
  return offsets;
}

function seatOf(job: KubeObject, pod: KubeObject): string {
  const { name = '' } = pod.metadata;
  const prefix = `${job.metadata.name}-`;
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}
