import { type KubeObject, keyOf } from '../api/kube.ts';
import { ApiError } from '../runtime/client.ts';
import type { Environment } from '../runtime/environment.ts';
import type { AdmissionRequest, AdmissionStep } from './admission/step.ts';
import { type DeleteRequest, mayGo, planDeletion } from './deletion.ts';
import { alreadyExists } from './errors.ts';
import type { Managers } from './managers.ts';
import { keepTimes } from './patch/index.ts';
import { changed, shown, toStored } from './request-object.ts';
import type { DeleteResult, WriteRequest } from './requests.ts';
import type { Resource } from './resource.ts';
import type { Store } from './store.ts';
import type { StrategyContext } from './strategy.ts';
import { prepareCreate, prepareUpdate } from './writes.ts';

/** A write whose object was read and found to be in its place. */
export interface PlacedWrite extends WriteRequest {
  /** By server-side apply, which has seen to the managed fields itself. */
  readonly applied?: boolean;
  /** Whose write it counts as. @default - `subresource` */
  readonly managersSubresource?: string;
  /** It makes nobody an owner. */
  readonly untracked?: boolean;
}

export interface WriterOptions {
  readonly environment: Environment;
  readonly store: Store;
  /** In the order they are asked. */
  readonly admission: readonly AdmissionStep[];
  readonly managers: Managers;
}

const DEFAULT_MANAGER = 'unknown';

/** Takes writes into the store, in kube-apiserver's order: managed fields, admission, the kind's own rules, admission. */
export class Writer {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  context(): StrategyContext {
    const { environment } = this.#options;
    return { now: environment.now(), random: () => environment.random() };
  }

  create(
    resource: Resource,
    namespace: string | undefined,
    decoded: KubeObject,
    request: Pick<PlacedWrite, 'applied' | 'dryRun' | 'fieldManager'>,
  ): KubeObject {
    const { store, managers } = this.#options;
    const context = this.context();
    const admission: AdmissionRequest = { operation: 'CREATE', resource, object: decoded, now: context.now };
    const placed = namespace ? { ...decoded, metadata: { ...decoded.metadata, namespace } } : decoded;
    const managed = request.applied
      ? placed
      : managers.created(resource, placed, request.fieldManager ?? DEFAULT_MANAGER, context.now);
    const object = this.#mutate(toStored(resource, managed), admission);
    const prepared = prepareCreate(resource, object, namespace, context);
    const key = keyOf(prepared.metadata);
    this.#validate({ ...admission, object: prepared });
    const { resourceVersion } = decoded.metadata;
    const existing = store.get(resource.table, key);
    if (resourceVersion && !request.dryRun) {
      throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
    }
    if (existing) throw alreadyExists(resource.kind, existing, prepared);
    if (request.dryRun && resourceVersion) {
      return shown(resource, { ...prepared, metadata: { ...prepared.metadata, resourceVersion } });
    }
    if (request.dryRun) return shown(resource, prepared);
    return shown(resource, store.put(resource.table, key, prepared));
  }

  update(resource: Resource, next: KubeObject, previous: KubeObject, request: PlacedWrite): KubeObject {
    const { store } = this.#options;
    const context = this.context();
    const { subresource } = request;
    const admission: AdmissionRequest = {
      operation: 'UPDATE',
      resource,
      object: next,
      previous,
      now: context.now,
      ...(subresource && { subresource }),
    };
    const tracked = this.#tracked(resource, next, previous, request, context);
    const prepared = prepareUpdate(resource, this.#mutate(tracked, admission), previous, subresource, context);
    const managed = keepTimes(previous, prepared);
    this.#validate({ ...admission, object: managed });
    const goes = previous.metadata.deletionTimestamp !== undefined && mayGo(managed.metadata);
    if ((managed === previous && !goes) || request.dryRun) return shown(resource, managed);
    const key = keyOf(managed.metadata);
    if (!goes) return shown(resource, store.put(resource.table, key, managed));
    store.delete(resource.table, key);
    return shown(resource, managed);
  }

  delete(resource: Resource, previous: KubeObject, request: DeleteRequest): DeleteResult {
    const { store } = this.#options;
    const context = this.context();
    this.#validate({ operation: 'DELETE', resource, previous, now: context.now });
    const { marked, now } = planDeletion(resource, previous, request, context);
    if (request.dryRun) return { object: shown(resource, marked ?? previous), gone: now };
    const key = keyOf(previous.metadata);
    const object = marked && changed(marked, previous) ? store.put(resource.table, key, marked) : (marked ?? previous);
    if (!now) return { object: shown(resource, object), gone: false };
    return { object: shown(resource, store.delete(resource.table, key) ?? object), gone: true };
  }

  #tracked(
    resource: Resource,
    next: KubeObject,
    previous: KubeObject,
    { applied, untracked, fieldManager, subresource, managersSubresource = subresource }: PlacedWrite,
    { now }: StrategyContext,
  ): KubeObject {
    if (applied || untracked) return next;
    return this.#options.managers.updated(resource, next, previous, {
      manager: fieldManager ?? DEFAULT_MANAGER,
      now,
      ...(managersSubresource && { subresource: managersSubresource }),
    });
  }

  #mutate(object: KubeObject, request: AdmissionRequest): KubeObject {
    const { admission, store } = this.#options;
    return admission.reduce((current, step) => step.mutate?.(current, request, store) ?? current, object);
  }

  #validate(request: AdmissionRequest): void {
    const { admission, store } = this.#options;
    for (const step of admission) step.validate?.(request, store);
  }
}
