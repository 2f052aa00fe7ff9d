import type { KubeObject } from '../api/kube.ts';
import type { WatchEvent } from '../runtime/client.ts';
import type { Predicate } from './selectors.ts';
import type { Change } from './store.ts';

/** What a watch of a namespace and a selection shows of one change; undefined: nothing. */
export function eventOf(
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
