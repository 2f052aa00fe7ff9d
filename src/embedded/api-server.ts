import { apiVersionOf, type Kind, type KubeObject, keyOf } from '../api/kube.ts';
import { ApiError, type ObjectRef, type PatchType, type WatchEvent } from '../runtime/client.ts';
import type { Environment } from '../runtime/environment.ts';
import { deepEqual } from '../runtime/json.ts';
import type { AdmissionRequest, AdmissionStep } from './admission/step.ts';
import { type DeleteRequest, mayGo, planDeletion } from './deletion.ts';
import { alreadyExists, badRequest, conflict, expired, noSuchResource, notFound, notImplemented } from './errors.ts';
import { type ListRequest, type ListResult, listPage } from './list.ts';
import { type Managers, trackManagers, untrackedManagers } from './managers.ts';
import { checkDeleteOptions, checkListOptions, checkPatchOptions, checkWatchOptions } from './options.ts';
import { keepTimes } from './patch/index.ts';
import { applyPatch } from './patching.ts';
import { changed, checkPlace, decodePatched, servedId, shown, toStored } from './request-object.ts';
import { type Resource, resourceId } from './resource.ts';
import { rowsOf, selectionOf } from './selectors.ts';
import { CompactedError, Store } from './store.ts';
import type { StrategyContext } from './strategy.ts';
import type { Subresource } from './subresources/subresource.ts';
import { bookmark, eventOf } from './watch.ts';
import { checkUid, type DecodeOptions, decode, prepareCreate, prepareUpdate } from './writes.ts';

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

export interface WriteRequest extends DecodeOptions {
  readonly subresource?: string;
  readonly fieldManager?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export interface SelectRequest {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WatchRequest extends SelectRequest {
  readonly namespace?: string;
  /** Empty or `0`: the current state comes first, as ADDED. */
  readonly resourceVersion?: string;
  readonly sendInitialEvents?: boolean;
  readonly resourceVersionMatch?: string;
}

/** What a deletion answers with. */
export interface DeleteResult {
  readonly object: KubeObject;
  /** Gone, not only marked. */
  readonly gone: boolean;
}

type Mutable = Required<Pick<Subresource, 'get' | 'replace'>> & Pick<Subresource, 'current'>;

const DEFAULT_MANAGER = 'unknown';

/**
 * A Kubernetes apiserver in memory: the verbs over a {@link Store}, with the semantics of kube-apiserver. Every method
 * is synchronous and throws ApiError when it refuses.
 */
export class ApiServer {
  readonly store: Store;
  readonly #environment: Environment;
  readonly #admission: readonly AdmissionStep[];
  readonly #managers: Managers;
  readonly #resources = new Map<string, Resource>();
  readonly #subresources = new Map<string, Subresource>();

  constructor(options: ApiServerOptions) {
    this.#environment = options.environment;
    this.store = options.store ?? new Store();
    this.#admission = options.admission ?? [];
    this.#managers = options.managedFields === false ? untrackedManagers : trackManagers;
  }

  /** Serves a resource from now on; one of the same group, version and plural is replaced. */
  serve(resource: Resource): void {
    this.#resources.set(servedId(resource.kind), resource);
  }

  withdraw(kind: Kind): void {
    this.#resources.delete(servedId(kind));
  }

  /** Handles `/<subresource>` of a resource, beyond status, which every resource may have. */
  serveSubresource(kind: Pick<Kind, 'group' | 'plural'>, subresource: Subresource): void {
    this.#subresources.set(`${resourceId(kind)}/${subresource.name}`, subresource);
  }

  subresourcesOf(kind: Pick<Kind, 'group' | 'plural'>): readonly Subresource[] {
    const prefix = `${resourceId(kind)}/`;
    return [...this.#subresources].filter(([id]) => id.startsWith(prefix)).map(([, subresource]) => subresource);
  }

  resources(): readonly Resource[] {
    return [...this.#resources.values()];
  }

  /** Throws 404 when it is not served. */
  resource(kind: Pick<Kind, 'group' | 'version' | 'plural'>): Resource {
    const resource = this.#resources.get(servedId(kind));
    if (!resource) throw noSuchResource();
    return resource;
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
    const tell = (event: WatchEvent | undefined) => {
      if (event) listener({ ...event, object: shown(resource, event.object) });
    };
    const { namespace, resourceVersion = '' } = request;
    if (request.sendInitialEvents || resourceVersion === '' || resourceVersion === '0') {
      const { items } = listPage(this.store, resource.table, namespace === undefined ? {} : { namespace }, selected);
      for (const object of items) tell({ type: 'ADDED', object });
      if (request.sendInitialEvents) {
        listener(bookmark(apiVersionOf(resource.kind), resource.kind.kind, this.store.revision, true));
      }
    } else {
      for (const change of this.#changesSince(resourceVersion)) {
        if (change.table === resource.table) tell(eventOf(change, namespace, selected));
      }
    }
    return this.store.subscribe(resource.table, (change) => tell(eventOf(change, namespace, selected)));
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
    return this.#create(resource, target, { ...decoded, metadata }, request);
  }

  /** An action on an object, such as binding a pod to a node. */
  post(kind: Kind, ref: ObjectRef, name: string, body: unknown, request: WriteRequest = {}): KubeObject {
    const resource = this.resource(kind);
    const subresource = this.#subresources.get(`${resourceId(kind)}/${name}`);
    if (!subresource?.post) throw notImplemented(`creating ${kind.plural}/${name}`);
    return subresource.post({ server: this, resource, ref, body, request, context: this.#context() });
  }

  replace(kind: Kind, ref: ObjectRef, object: KubeObject, request: WriteRequest = {}): KubeObject {
    const resource = this.resource(kind);
    const served = this.#mutable(resource, request.subresource);
    const decoded = served ? object : decode(resource, object, request);
    checkPlace(kind, ref, decoded);
    if (served) return served.replace({ server: this, resource, ref, body: object, request, context: this.#context() });
    const previous = this.store.get(resource.table, keyOf(resource.kind.namespaced ? ref : { name: ref.name }));
    if (!previous && !resource.createOnUpdate) throw notFound(kind, ref.name);
    checkUid(resource, ref, decoded.metadata.uid, previous?.metadata.uid, request.dryRun);
    if (previous) return this.#update(resource, toStored(resource, decoded), previous, request);
    const { resourceVersion: _, ...metadata } = decoded.metadata;
    return this.#create(resource, ref.namespace, { ...decoded, metadata }, request);
  }

  /**
   * As {@link replace}, of an object that needs no reading. `managersSubresource` is whose write it counts as; one that
   * is `untracked` makes nobody an owner.
   */
  replaceDecoded(
    kind: Kind,
    ref: ObjectRef,
    object: KubeObject,
    request: WriteRequest & { readonly managersSubresource?: string; readonly untracked?: boolean } = {},
  ): KubeObject {
    const resource = this.resource(kind);
    const previous = this.#existing(resource, ref);
    return this.#update(resource, toStored(resource, object), previous, request);
  }

  patch(
    kind: Kind,
    ref: ObjectRef,
    type: PatchType | 'strategic',
    body: unknown,
    request: WriteRequest = {},
  ): KubeObject {
    const resource = this.resource(kind);
    checkPatchOptions(type, request.fieldManager, request.force);
    if (type === 'strategic' && resource.custom) {
      throw new ApiError(
        415,
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      );
    }
    const subresource = this.#mutable(resource, request.subresource);
    if (subresource) {
      const read = { server: this, resource, ref, context: this.#context() };
      const current = subresource.current?.(read) ?? subresource.get(read);
      const patched = applyPatch({
        type,
        body,
        live: current,
        resource,
        request,
        now: this.#environment.now(),
      });
      return subresource.replace({
        server: this,
        resource,
        ref,
        body: patched,
        patched: true,
        request,
        context: this.#context(),
      });
    }
    const stored = this.store.get(resource.table, keyOf(ref));
    if (!stored && (type !== 'apply' || request.subresource)) throw notFound(kind, ref.name);
    if (type === 'apply' && (body as { metadata?: { managedFields?: unknown } } | null)?.metadata?.managedFields) {
      throw badRequest('metadata.managedFields must be nil');
    }
    const live = stored && shown(resource, stored);
    const now = this.#environment.now();
    const patched = applyPatch({ type, body, ...(live && { live }), ref, resource, request, now });
    const decoded = decodePatched(resource, patched, type, request);
    const wantedUid = type === 'apply' ? (body as KubeObject | null)?.metadata?.uid : undefined;
    if (!stored && wantedUid) {
      const why = `uid mismatch: the provided object specified uid ${wantedUid}, and no existing object was found`;
      throw conflict(kind, ref.name, why);
    }
    checkPlace(kind, ref, decoded);
    if (!stored) return this.#create(resource, ref.namespace, decoded, { ...request, applied: true });
    return this.#update(resource, toStored(resource, decoded), stored, { ...request, applied: type === 'apply' });
  }

  /** Reads a subresource: status, or one that is served. */
  getSubresource(kind: Kind, ref: ObjectRef, name: string): KubeObject {
    const resource = this.resource(kind);
    if (name === 'status' && resource.statusSubresource) return this.get(kind, ref);
    const subresource = this.#mutable(resource, name);
    if (!subresource) throw noSuchResource();
    return subresource.get({ server: this, resource, ref, context: this.#context() });
  }

  delete(kind: Kind, ref: ObjectRef, request: DeleteRequest = {}): DeleteResult {
    const resource = this.resource(kind);
    checkDeleteOptions(request);
    const previous = this.#existing(resource, ref);
    const context = this.#context();
    for (const step of this.#admission) {
      step.validate?.({ operation: 'DELETE', resource, previous, now: context.now }, this.store);
    }
    const { marked, now } = planDeletion(resource, previous, request, context);
    if (request.dryRun) return { object: shown(resource, marked ?? previous), gone: now };
    const key = keyOf(previous.metadata);
    const object =
      marked && changed(marked, previous) ? this.store.put(resource.table, key, marked) : (marked ?? previous);
    if (!now) return { object: shown(resource, object), gone: false };
    return { object: shown(resource, this.store.delete(resource.table, key) ?? object), gone: true };
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

  #context(): StrategyContext {
    return { now: this.#environment.now(), random: () => this.#environment.random() };
  }

  #changesSince(resourceVersion: string) {
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
      return this.store.since(revision);
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error;
      throw expired(`too old resource version: ${revision} (${this.store.compacted})`);
    }
  }

  #existing(resource: Resource, ref: ObjectRef): KubeObject {
    const object = this.store.get(resource.table, keyOf(resource.kind.namespaced ? ref : { name: ref.name }));
    if (!object) throw notFound(resource.kind, ref.name);
    return object;
  }

  /** Undefined for the main resource and for status. Throws 404 for what is not there. */
  #mutable(resource: Resource, name: string | undefined): Mutable | undefined {
    if (name === undefined) return undefined;
    if (name === 'status' && resource.statusSubresource) return undefined;
    const subresource = this.#subresources.get(`${resourceId(resource.kind)}/${name}`);
    const { get, replace, current } = subresource ?? {};
    if (!get || !replace) throw noSuchResource();
    return { get, replace, ...(current && { current }) };
  }

  #create(
    resource: Resource,
    namespace: string | undefined,
    decoded: KubeObject,
    request: WriteRequest & { readonly applied?: boolean },
  ): KubeObject {
    const { kind } = resource;
    const context = this.#context();
    const admission: AdmissionRequest = { operation: 'CREATE', resource, object: decoded, now: context.now };
    const placed = namespace ? { ...decoded, metadata: { ...decoded.metadata, namespace } } : decoded;
    const managed = request.applied
      ? placed
      : this.#managers.created(resource, placed, request.fieldManager ?? DEFAULT_MANAGER, context.now);
    const object = this.#mutate(toStored(resource, managed), admission);
    const prepared = prepareCreate(resource, object, namespace, context);
    const key = keyOf(prepared.metadata);
    for (const step of this.#admission) step.validate?.({ ...admission, object: prepared }, this.store);
    const { resourceVersion } = decoded.metadata;
    const existing = this.store.get(resource.table, key);
    if (resourceVersion && !request.dryRun) {
      throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
    }
    if (existing) throw alreadyExists(kind, existing, prepared);
    if (request.dryRun && resourceVersion) {
      return shown(resource, { ...prepared, metadata: { ...prepared.metadata, resourceVersion } });
    }
    if (request.dryRun) return shown(resource, prepared);
    return shown(resource, this.store.put(resource.table, key, prepared));
  }

  #update(
    resource: Resource,
    next: KubeObject,
    previous: KubeObject,
    request: WriteRequest & {
      readonly applied?: boolean;
      readonly managersSubresource?: string;
      readonly untracked?: boolean;
    },
  ): KubeObject {
    const context = this.#context();
    const { subresource, managersSubresource = subresource } = request;
    const admission: AdmissionRequest = {
      operation: 'UPDATE',
      resource,
      object: next,
      previous,
      now: context.now,
      ...(subresource && { subresource }),
    };
    const tracked =
      request.applied || request.untracked
        ? next
        : this.#managers.updated(resource, next, previous, {
            manager: request.fieldManager ?? DEFAULT_MANAGER,
            now: context.now,
            ...(managersSubresource && { subresource: managersSubresource }),
          });
    const prepared = prepareUpdate(resource, this.#mutate(tracked, admission), previous, subresource, context);
    const managed = keepTimes(previous, prepared);
    for (const step of this.#admission) step.validate?.({ ...admission, object: managed }, this.store);
    const goes = previous.metadata.deletionTimestamp !== undefined && mayGo(managed.metadata);
    if ((managed === previous && !goes) || request.dryRun) return shown(resource, managed);
    const key = keyOf(managed.metadata);
    if (!goes) return shown(resource, this.store.put(resource.table, key, managed));
    this.store.delete(resource.table, key);
    return shown(resource, managed);
  }

  #mutate(object: KubeObject, request: AdmissionRequest): KubeObject {
    return this.#admission.reduce((current, step) => step.mutate?.(current, request, this.store) ?? current, object);
  }
}
