import { apiVersionOf, type KubeObject } from '../api/kube.ts';
import { ApiError, type WatchEvent } from '../runtime/client.ts';
import { expired } from './errors.ts';
import { listPage } from './list.ts';
import { shown } from './request-object.ts';
import type { WatchRequest } from './requests.ts';
import type { Resource } from './resource.ts';
import type { Predicate } from './selectors.ts';
import { type Change, CompactedError, type Store } from './store.ts';

/**
 * Tells `listener` of every change from a moment on, until the result is called.
 * @throws ApiError 410 when the moment is forgotten
 */
export function watchTable(
  store: Store,
  resource: Resource,
  request: WatchRequest,
  selected: Predicate | undefined,
  listener: (event: WatchEvent) => void,
): () => void {
  const { table, kind } = resource;
  const { namespace, resourceVersion = '' } = request;
  const tell = (event: WatchEvent | undefined) => {
    if (event) listener({ ...event, object: shown(resource, event.object) });
  };
  if (request.sendInitialEvents || resourceVersion === '' || resourceVersion === '0') {
    const { items } = listPage(store, table, namespace === undefined ? {} : { namespace }, selected);
    for (const object of items) tell({ type: 'ADDED', object });
    if (request.sendInitialEvents) listener(bookmark(apiVersionOf(kind), kind.kind, store.revision, true));
  } else {
    for (const change of changesSince(store, resourceVersion)) {
      if (change.table === table) tell(eventOf(change, namespace, selected));
    }
  }
  return store.subscribe(table, (change) => tell(eventOf(change, namespace, selected)));
}

function changesSince(store: Store, resourceVersion: string) {
  const revision = Number(resourceVersion);
  if (!Number.isSafeInteger(revision)) {
    const said = JSON.stringify(resourceVersion);
    throw new ApiError(
      500,
      '',
      `resourceVersion: Invalid value: ${said}: strconv.ParseUint: parsing ${said}: invalid syntax`,
    );
  }
  try {
    return store.since(revision);
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
    throw expired(`too old resource version: ${revision} (${store.compacted})`);
  }
}

/** What a watch of a namespace and a selection shows of one change; undefined: nothing. */
function eventOf(
  change: Change,
  namespace: string | undefined,
  selected: Predicate | undefined,
): WatchEvent | undefined {
  const { object, previous, type } = change;
  if (namespace !== undefined && object.metadata.namespace !== namespace) return undefined;
  if (!selected) return { type, object };
  const was = previous !== undefined && selected(previous);
  const is = type !== 'DELETED' && selected(object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was) return undefined;
  return { type: 'DELETED', object: type === 'DELETED' ? object : lastSeen(previous as KubeObject, object) };
}

/** An object that left the selection is shown as it was last seen in it, under the version of its leaving. */
function lastSeen(previous: KubeObject, object: KubeObject): KubeObject {
  const { resourceVersion = '' } = object.metadata;
  return { ...previous, metadata: { ...previous.metadata, resourceVersion } };
}

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** A bookmark of a kind, at a moment; `initial` ends the current state that a watch asked for first. */
export function bookmark(apiVersion: string, kind: string, revision: number, initial = false): WatchEvent {
  return {
    type: 'BOOKMARK',
    object: {
      apiVersion,
      kind,
      metadata: {
        resourceVersion: String(revision),
        ...(initial && { annotations: { [INITIAL_EVENTS_END]: 'true' } }),
      },
    },
  };
}
