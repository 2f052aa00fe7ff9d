import { EVENT } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import type { KubeClient } from '../../runtime/client.ts';
import type { Found } from './find-job.ts';
import { podsOf } from './job-pods.ts';

/** What happened to a job, or to something made for it. */
export interface JobEvent {
  /** RFC 3339. */
  readonly time: string;
  readonly type: string;
  readonly reason: string;
  /** `Pod digits-worker-0`. */
  readonly about: string;
  readonly message: string;
  readonly count: number;
}

interface EventObject extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly eventTime?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly deprecatedCount?: number;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
  readonly regarding?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
}

/** The events of a job, its pods and what else carries its name, oldest first; Kubernetes keeps them for an hour. */
export async function eventsOf(client: KubeClient, found: Found): Promise<readonly JobEvent[]> {
  const { namespace } = found.job.metadata;
  const [events, pods] = await Promise.all([
    client.list(EVENT, { ...(namespace && { namespace }) }),
    podsOf(client, found),
  ]);
  const uids = new Set(pods.map(({ pod }) => pod.metadata.uid));
  return eventsAbout(found.job, uids, events.items);
}

/** Pure. Pods that are gone are known by their names alone. */
export function eventsAbout(
  job: KubeObject,
  podUids: ReadonlySet<string | undefined>,
  events: readonly KubeObject[],
): readonly JobEvent[] {
  const { name = '', uid } = job.metadata;
  const seat = new RegExp(`^${name}(-[a-z]+)*(-\\d+)*(-[a-z0-9]{5})?$`);
  return (events as readonly EventObject[])
    .filter(({ regarding }) => {
      if (regarding?.uid && (regarding.uid === uid || podUids.has(regarding.uid))) return true;
      return regarding?.kind !== job.kind && seat.test(regarding?.name ?? '');
    })
    .map(eventOf)
    .sort((a, b) => a.time.localeCompare(b.time));
}

function eventOf(event: EventObject): JobEvent {
  const { metadata, regarding, series, eventTime, deprecatedLastTimestamp, deprecatedCount } = event;
  const last = series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
  return {
    time: `${last.slice(0, 19)}Z`,
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    about: `${regarding?.kind ?? ''} ${regarding?.name ?? ''}`.trim(),
    message: event.note ?? '',
    count: series?.count ?? deprecatedCount ?? 1,
  };
}
