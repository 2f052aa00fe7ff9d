import { type KubeObject, keyOf, type OwnerReference } from '../../api/kube.ts';
import type { ApiServer } from '../api-server.ts';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from '../deletion.ts';
import type { Resource } from '../resource.ts';
import type { Change } from '../store.ts';
import type { EmbeddedController } from './controller.ts';

interface Place {
  readonly table: string;
  readonly key: string;
}

/** Deletes what lost its owners, and carries out foreground and orphaning deletions. */
export const garbageCollector: EmbeddedController = (server, environment) => {
  const graph = new OwnerGraph();
  const queue = new Map<string, Place>();
  let pending: (() => void) | undefined;
  const look = (place: Place) => {
    queue.set(`${place.table} ${place.key}`, place);
    pending ??= environment.after(0, () => {
      pending = undefined;
      const places = [...queue.values()];
      queue.clear();
      const decisions = places.flatMap((each) => decide(server, graph, each, look) ?? []);
      for (const carryOut of decisions) carryOut();
    });
  };
  const note = (change: Change) => {
    const place = { table: change.table, key: change.key };
    graph.note(change.type === 'DELETED' ? undefined : change.object, change.previous, place);
    const { uid = '', ownerReferences = [] } = change.object.metadata;
    if (change.type === 'DELETED') {
      for (const dependent of graph.dependentsOf(uid)) look(dependent);
      for (const owner of ownerReferences) {
        const held = graph.placeOf(owner.uid);
        if (held) look(held);
      }
      return;
    }
    const kept = new Set(ownerReferences.filter(blocks).map(({ uid: owner }) => owner));
    for (const { uid: owner } of (change.previous?.metadata.ownerReferences ?? []).filter(blocks)) {
      const released = kept.has(owner) ? undefined : graph.placeOf(owner);
      if (released) look(released);
    }
    if (ownerReferences.length > 0 || change.object.metadata.deletionTimestamp !== undefined) look(place);
  };
  for (const table of server.store.tables()) {
    for (const object of server.store.list(table)) {
      const place = { table, key: keyOf(object.metadata) };
      graph.note(object, undefined, place);
      if (object.metadata.ownerReferences?.length || object.metadata.deletionTimestamp) look(place);
    }
  }
  const stop = server.store.subscribeAll(note);
  return () => {
    stop();
    pending?.();
  };
};

const blocks = ({ blockOwnerDeletion }: OwnerReference): boolean => blockOwnerDeletion === true;

/** Who is whose, by UID. */
class OwnerGraph {
  readonly #places = new Map<string, Place>();
  readonly #dependents = new Map<string, Map<string, Place>>();

  note(object: KubeObject | undefined, previous: KubeObject | undefined, place: Place): void {
    const id = `${place.table} ${place.key}`;
    if (previous?.metadata.uid && previous.metadata.uid !== object?.metadata.uid)
      this.#places.delete(previous.metadata.uid);
    for (const { uid } of previous?.metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(uid);
      dependents?.delete(id);
      if (dependents?.size === 0) this.#dependents.delete(uid);
    }
    if (!object) return;
    if (object.metadata.uid) this.#places.set(object.metadata.uid, place);
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(uid) ?? new Map<string, Place>();
      dependents.set(id, place);
      this.#dependents.set(uid, dependents);
    }
  }

  placeOf(uid: string): Place | undefined {
    return this.#places.get(uid);
  }

  dependentsOf(uid: string): readonly Place[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }
}

/**
 * What to do about an object, by what is true now. The real collector looks at many objects at once and needs longer to
 * delete one than to look: a dependent whose one owner is gone and whose other owner is about to be collected too is
 * seen with that other owner still there. So all are looked at before any is written.
 */
function decide(
  server: ApiServer,
  graph: OwnerGraph,
  place: Place,
  look: (place: Place) => void,
): (() => void) | undefined {
  const object = server.store.get(place.table, place.key);
  const resource = object && server.resources().find(({ table, conversion }) => table === place.table && !conversion);
  if (!object || !resource) return undefined;
  const { deletionTimestamp, finalizers = [], uid = '' } = object.metadata;
  if (deletionTimestamp === undefined) return fateOf(server, graph, resource, object, () => look(place));
  if (finalizers.includes(ORPHAN_FINALIZER)) return () => orphan(server, resource, object, graph.dependentsOf(uid));
  if (finalizers.includes(FOREGROUND_FINALIZER))
    return () => deleteDependentsFirst(server, resource, object, graph.dependentsOf(uid), look);
  return undefined;
}

/** Whether an object loses owners or, with the last of them, its life. */
function fateOf(
  server: ApiServer,
  graph: OwnerGraph,
  resource: Resource,
  object: KubeObject,
  lookAgain: () => void,
): (() => void) | undefined {
  const { ownerReferences = [], namespace } = object.metadata;
  if (ownerReferences.length === 0) return undefined;
  const present = ownerReferences.filter((owner) => ownerOf(server, graph, owner, namespace) !== undefined);
  const dying = present.filter((owner) => isWaiting(ownerOf(server, graph, owner, namespace)));
  const solid = present.filter((owner) => !dying.includes(owner));
  if (solid.length === ownerReferences.length) return undefined;
  return () => {
    const current = server.store.get(resource.table, keyOf(object.metadata));
    if (current?.metadata.resourceVersion !== object.metadata.resourceVersion) return lookAgain();
    if (solid.length > 0) return write(server, resource, object, { ...object.metadata, ownerReferences: solid });
    remove(server, graph, resource, object, dying.length > 0);
  };
}

function remove(server: ApiServer, graph: OwnerGraph, resource: Resource, object: KubeObject, dying: boolean): void {
  const { ownerReferences = [], finalizers = [], namespace, name = '', uid = '' } = object.metadata;
  const dependents = graph.dependentsOf(uid);
  const foreground = dying && dependents.length > 0;
  const circular = foreground && dependents.some(({ table, key }) => isWaiting(server.store.get(table, key)));
  if (circular && ownerReferences.some(blocks)) {
    const unblocked = ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
    write(server, resource, object, { ...object.metadata, ownerReferences: unblocked });
  }
  const own = finalizers.includes(ORPHAN_FINALIZER)
    ? 'Orphan'
    : finalizers.includes(FOREGROUND_FINALIZER)
      ? 'Foreground'
      : 'Background';
  const ref = { name, ...(namespace && { namespace }) };
  server.delete(resource.kind, ref, { uid, propagationPolicy: foreground ? 'Foreground' : own });
}

/** An owner is there when the object of its UID is, in the dependent's own namespace or in none. */
function ownerOf(
  server: ApiServer,
  graph: OwnerGraph,
  { uid }: OwnerReference,
  namespace?: string,
): KubeObject | undefined {
  const place = graph.placeOf(uid);
  const owner = place && server.store.get(place.table, place.key);
  if (!owner || owner.metadata.uid !== uid) return undefined;
  const within = owner.metadata.namespace === undefined || owner.metadata.namespace === namespace;
  return within ? owner : undefined;
}

const isWaiting = (owner: KubeObject | undefined): boolean =>
  owner?.metadata.deletionTimestamp !== undefined && (owner.metadata.finalizers ?? []).includes(FOREGROUND_FINALIZER);

function orphan(server: ApiServer, resource: Resource, owner: KubeObject, dependents: readonly Place[]): void {
  for (const { table, key } of dependents) {
    const dependent = server.store.get(table, key);
    const kind = server.resources().find((candidate) => candidate.table === table && !candidate.conversion);
    if (!dependent || !kind) continue;
    const left = (dependent.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    write(server, kind, dependent, { ...dependent.metadata, ownerReferences: left });
  }
  dropFinalizer(server, resource, owner, ORPHAN_FINALIZER);
}

function deleteDependentsFirst(
  server: ApiServer,
  resource: Resource,
  owner: KubeObject,
  dependents: readonly Place[],
  look: (place: Place) => void,
): void {
  let blocked = false;
  for (const place of dependents) {
    const dependent = server.store.get(place.table, place.key);
    if (!dependent) continue;
    const reference = dependent.metadata.ownerReferences?.find(({ uid }) => uid === owner.metadata.uid);
    blocked ||= reference?.blockOwnerDeletion === true;
    if (dependent.metadata.deletionTimestamp === undefined) look(place);
  }
  if (!blocked) dropFinalizer(server, resource, owner, FOREGROUND_FINALIZER);
}

function dropFinalizer(server: ApiServer, resource: Resource, object: KubeObject, finalizer: string): void {
  const current = server.store.get(resource.table, keyOf(object.metadata));
  if (!current || current.metadata.uid !== object.metadata.uid) return;
  const finalizers = (current.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  write(server, resource, current, { ...current.metadata, finalizers });
}

function write(server: ApiServer, resource: Resource, object: KubeObject, metadata: KubeObject['metadata']): void {
  const { name = '', namespace } = metadata;
  const ref = { name, ...(namespace && { namespace }) };
  server.replace(resource.kind, ref, { ...object, metadata }, { fieldManager: 'kube-controller-manager' });
}
