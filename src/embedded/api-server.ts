import { type Kind, type KubeObject, keyOf } from '../api/kube.ts';
import { ApiError, type ObjectRef, type WatchEvent } from '../runtime/client.ts';
import type { Environment } from '../runtime/environment.ts';
import { deepEqual } from '../runtime/json.ts';
import type { AdmissionStep } from './admission/step.ts';
import { decode } from './decoding.ts';
import type { DeleteRequest } from './deletion.ts';
import { badRequest, conflict, noSuchResource, notFound, notImplemented } from './errors.ts';
import { type ListRequest, type ListResult, listPage } from './list.ts';
import { trackManagers, untrackedManagers } from './managers.ts';
import { checkDeleteOptions, checkListOptions, checkPatchOptions, checkWatchOptions } from './options.ts';
import { applyPatch, type PatchRequest } from './patching.ts';
import { checkPlace, decodePatched, shown, toStored } from './request-object.ts';
import type { DeleteResult, SelectRequest, WatchRequest, WriteRequest } from './requests.ts';
import type { Resource } from './resource.ts';
import { rowsOf, selectionOf } from './selectors.ts';
import { type MutableSubresource, ServedResources } from './served-resources.ts';
import { Store } from './store.ts';
import type { Subresource } from './subresources/subresource.ts';
import { watchTable } from './watch.ts';
import { type PlacedWrite, Writer } from './writer.ts';
import { checkUid } from './writes.ts';

export interface ApiServerOptions {
  readonly environment: Environment;
  readonly store?: Store;
  /** In the order they are asked. */
  readonly admission?: readonly AdmissionStep[];
  /**
   * Whether managedFields are kept for every write, or only where server-side apply needs them. A simulation saves
   * the work.
   * @default true
   */
  readonly managedFields?: boolean;
}

type PlacedPatch = Required<Pick<PatchRequest, 'resource' | 'ref' | 'type' | 'body' | 'request'>>;
type AppliedObject = KubeObject & { readonly metadata: { readonly managedFields?: unknown } };

/**
 * A Kubernetes apiserver in memory: the verbs over a {@link Store}, with the semantics of kube-apiserver. Every method
 * is synchronous and throws ApiError when it refuses.
 */
export class ApiServer {
  readonly store: Store;
  readonly #environment: Environment;
  readonly #served = new ServedResources();
  readonly #writer: Writer;

  constructor({ environment, store = new Store(), admission = [], managedFields = true }: ApiServerOptions) {
    this.#environment = environment;
    this.store = store;
    const managers = managedFields ? trackManagers : untrackedManagers;
    this.#writer = new Writer({ environment, store, admission, managers });
  }

  /** Serves a resource from now on; one of the same group, version and plural is replaced. */
  serve(resource: Resource): void {
    this.#served.add(resource);
  }

  withdraw(kind: Kind): void {
    this.#served.remove(kind);
  }

  /** Handles `/<subresource>` of a resource, beyond status, which every resource may have. */
  serveSubresource(kind: Pick<Kind, 'group' | 'plural'>, subresource: Subresource): void {
    this.#served.addSubresource(kind, subresource);
  }

  subresourcesOf(kind: Pick<Kind, 'group' | 'plural'>): readonly Subresource[] {
    return this.#served.subresourcesOf(kind);
  }

  resources(): readonly Resource[] {
    return this.#served.all();
  }

  /** Throws 404 when it is not served. */
  resource(kind: Pick<Kind, 'group' | 'version' | 'plural'>): Resource {
    return this.#served.of(kind);
  }

  get(kind: Kind, ref: ObjectRef): KubeObject {
    const resource = this.resource(kind);
    return shown(resource, this.#existing(resource, ref));
  }

  list(kind: Kind, request: ListRequest & SelectRequest): ListResult {
    const resource = this.resource(kind);
    const selected = selectionOf(resource, request, () => checkListOptions(request));
    const page = listPage(this.store, resource.table, request, selected, rowsOf(resource, request.fieldSelector));
    return resource.conversion ? { ...page, items: page.items.map(resource.conversion.fromStored) } : page;
  }

  /**
   * Tells `listener` of every change from a moment on, until the result is called.
   * @throws ApiError 410 when the moment is forgotten
   */
  watch(kind: Kind, request: WatchRequest, listener: (event: WatchEvent) => void): () => void {
    const resource = this.resource(kind);
    const selected = selectionOf(resource, request, () => checkWatchOptions(request));
    return watchTable(this.store, resource, request, selected, listener);
  }

  create(kind: Kind, namespace: string | undefined, object: KubeObject, request: WriteRequest = {}): KubeObject {
    const resource = this.resource(kind);
    const sent = object.metadata?.namespace;
    const target = kind.namespaced ? (namespace ?? sent) : undefined;
    if (request.subresource) {
      const ref = { name: object.metadata?.name ?? '', ...(target && { namespace: target }) };
      return this.post(kind, ref, request.subresource, object, request);
    }
    const decoded = decode(resource, object, request);
    if (kind.namespaced && sent && namespace !== undefined && sent !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
    const { deletionTimestamp: _, deletionGracePeriodSeconds: __, ...metadata } = decoded.metadata;
    return this.#writer.create(resource, target, { ...decoded, metadata }, request);
  }

  /** An action on an object, such as binding a pod to a node. */
  post(kind: Kind, ref: ObjectRef, name: string, body: unknown, request: WriteRequest = {}): KubeObject {
    const resource = this.resource(kind);
    const subresource = this.#served.subresource(kind, name);
    if (!subresource?.post) throw notImplemented(`creating ${kind.plural}/${name}`);
    return subresource.post({ server: this, resource, ref, body, request, context: this.#writer.context() });
  }

  replace(kind: Kind, ref: ObjectRef, object: KubeObject, request: WriteRequest = {}): KubeObject {
    const resource = this.resource(kind);
    const served = this.#served.mutable(resource, request.subresource);
    const decoded = served ? object : decode(resource, object, request);
    checkPlace(kind, ref, decoded);
    if (served)
      return served.replace({ server: this, resource, ref, body: object, request, context: this.#writer.context() });
    const previous = this.store.get(resource.table, keyOf(resource.kind.namespaced ? ref : { name: ref.name }));
    if (!previous && !resource.createOnUpdate) throw notFound(kind, ref.name);
    checkUid(resource, ref, decoded.metadata.uid, previous?.metadata.uid, request.dryRun);
    if (previous) return this.#writer.update(resource, toStored(resource, decoded), previous, request);
    const { resourceVersion: _, ...metadata } = decoded.metadata;
    return this.#writer.create(resource, ref.namespace, { ...decoded, metadata }, request);
  }

  /**
   * As {@link replace}, of an object that needs no reading. `managersSubresource` is whose write it counts as; one that
   * is `untracked` makes nobody an owner.
   */
  replaceDecoded(
    kind: Kind,
    ref: ObjectRef,
    object: KubeObject,
    request: Omit<PlacedWrite, 'applied'> = {},
  ): KubeObject {
    const resource = this.resource(kind);
    const previous = this.#existing(resource, ref);
    return this.#writer.update(resource, toStored(resource, object), previous, request);
  }

  patch(kind: Kind, ref: ObjectRef, type: PatchRequest['type'], body: unknown, request: WriteRequest = {}): KubeObject {
    const resource = this.resource(kind);
    checkPatchOptions(type, request.fieldManager, request.force);
    if (type === 'strategic' && resource.custom) {
      throw new ApiError(
        415,
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      );
    }
    const subresource = this.#served.mutable(resource, request.subresource);
    if (subresource) return this.#patchPart(subresource, { resource, ref, type, body, request });
    return this.#patchObject(kind, { resource, ref, type, body, request });
  }

  /** Reads a subresource: status, or one that is served. */
  getSubresource(kind: Kind, ref: ObjectRef, name: string): KubeObject {
    const resource = this.resource(kind);
    if (name === 'status' && resource.statusSubresource) return this.get(kind, ref);
    const subresource = this.#served.mutable(resource, name);
    if (!subresource) throw noSuchResource();
    return subresource.get({ server: this, resource, ref, context: this.#writer.context() });
  }

  delete(kind: Kind, ref: ObjectRef, request: DeleteRequest = {}): DeleteResult {
    const resource = this.resource(kind);
    checkDeleteOptions(request);
    return this.#writer.delete(resource, this.#existing(resource, ref), request);
  }

  deleteCollection(
    kind: Kind,
    request: ListRequest & SelectRequest,
    options: DeleteRequest = {},
  ): readonly KubeObject[] {
    const { items } = this.list(kind, request);
    for (const { metadata } of items) {
      const { namespace, name = '' } = metadata;
      this.delete(kind, { name, ...(namespace && { namespace }) }, options);
    }
    return items;
  }

  /**
   * Writes past the rules of updates, on behalf of the server itself: what a binding does to a pod.
   * @returns the object as stored
   */
  amend(kind: Kind, ref: ObjectRef, change: (object: KubeObject) => KubeObject): KubeObject {
    const resource = this.resource(kind);
    const object = this.#existing(resource, ref);
    const changed = change(object);
    return deepEqual(changed, object) ? object : this.store.put(resource.table, keyOf(object.metadata), changed);
  }

  /** Removes an object at once, whatever holds it; for the server itself. */
  expunge(kind: Kind, ref: ObjectRef): void {
    const resource = this.resource(kind);
    this.store.delete(resource.table, keyOf(this.#existing(resource, ref).metadata));
  }

  #patchPart(subresource: MutableSubresource, { resource, ref, type, body, request }: PlacedPatch): KubeObject {
    const read = { server: this, resource, ref, context: this.#writer.context() };
    const live = subresource.current?.(read) ?? subresource.get(read);
    const patched = applyPatch({ type, body, live, resource, request, now: this.#environment.now() });
    return subresource.replace({ ...read, body: patched, patched: true, request, context: this.#writer.context() });
  }

  #patchObject(kind: Kind, { resource, ref, type, body, request }: PlacedPatch): KubeObject {
    const stored = this.store.get(resource.table, keyOf(ref));
    const applied = type === 'apply';
    if (!stored && (!applied || request.subresource)) throw notFound(kind, ref.name);
    const given = applied ? (body as Partial<AppliedObject> | null)?.metadata : undefined;
    if (given?.managedFields) throw badRequest('metadata.managedFields must be nil');
    const live = stored && shown(resource, stored);
    const now = this.#environment.now();
    const patched = applyPatch({ type, body, ...(live && { live }), ref, resource, request, now });
    const decoded = decodePatched(resource, patched, type, request);
    if (!stored && given?.uid) {
      const why = `uid mismatch: the provided object specified uid ${given.uid}, and no existing object was found`;
      throw conflict(kind, ref.name, why);
    }
    checkPlace(kind, ref, decoded);
    if (!stored) return this.#writer.create(resource, ref.namespace, decoded, { ...request, applied: true });
    return this.#writer.update(resource, toStored(resource, decoded), stored, { ...request, applied });
  }

  #existing(resource: Resource, ref: ObjectRef): KubeObject {
    const object = this.store.get(resource.table, keyOf(resource.kind.namespaced ? ref : { name: ref.name }));
    if (!object) throw notFound(resource.kind, ref.name);
    return object;
  }
}
