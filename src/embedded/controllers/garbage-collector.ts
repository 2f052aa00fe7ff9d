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
      for (const each of places) collect(server, graph, each, look);
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

function collect(server: ApiServer, graph: OwnerGraph, place: Place, look: (place: Place) => void): void {
  const object = server.store.get(place.table, place.key);
  const resource = object && server.resources().find(({ table, conversion }) => table === place.table && !conversion);
  if (!object || !resource) return;
  const { deletionTimestamp, finalizers = [], uid = '' } = object.metadata;
  if (deletionTimestamp !== undefined) {
    const dependents = graph.dependentsOf(uid);
    if (finalizers.includes(ORPHAN_FINALIZER)) orphan(server, resource, object, dependents);
    else if (finalizers.includes(FOREGROUND_FINALIZER))
      deleteDependentsFirst(server, resource, object, dependents, look);
    return;
  }
  collectDependent(server, graph, resource, object);
}

function collectDependent(server: ApiServer, graph: OwnerGraph, resource: Resource, object: KubeObject): void {
  const { ownerReferences = [], namespace, name = '' } = object.metadata;
  const present = ownerReferences.filter((owner) => ownerOf(server, graph, owner, namespace) !== undefined);
  if (ownerReferences.length === 0) return;
  const ref = { name, ...(namespace && { namespace }) };
  const dying = present.filter((owner) => isWaiting(ownerOf(server, graph, owner, namespace)));
  if (present.length > dying.length) {
    const solid = present.filter((owner) => !dying.includes(owner));
    if (solid.length < ownerReferences.length) {
      write(server, resource, object, { ...object.metadata, ownerReferences: solid });
    }
    return;
  }
  const dependents = graph.dependentsOf(object.metadata.uid ?? '');
  const foreground = dying.length > 0 && dependents.length > 0;
  const circular = foreground && dependents.some(({ table, key }) => isWaiting(server.store.get(table, key)));
  if (circular && ownerReferences.some(blocks)) {
    const unblocked = ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
    write(server, resource, object, { ...object.metadata, ownerReferences: unblocked });
  }
  const { uid = '', finalizers = [] } = object.metadata;
  const own = finalizers.includes(ORPHAN_FINALIZER)
    ? 'Orphan'
    : finalizers.includes(FOREGROUND_FINALIZER)
      ? 'Foreground'
      : 'Background';
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
