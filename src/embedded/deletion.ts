import type { KubeObject, ObjectMeta } from '../api/kube.ts';
import { timestamp } from '../api/timestamp.ts';
import type { DeleteOptions } from '../runtime/client.ts';
import type { Instant } from '../runtime/environment.ts';
import { conflict } from './errors.ts';
import type { Resource } from './resource.ts';
import type { Strategy, StrategyContext } from './strategy.ts';

export const ORPHAN_FINALIZER = 'orphan';
export const FOREGROUND_FINALIZER = 'foregroundDeletion';

export interface DeleteRequest extends Omit<DeleteOptions, 'signal'> {
  readonly resourceVersion?: string;
  readonly dryRun?: boolean;
}

/** What a wish to delete an object comes to. */
export interface Deletion {
  /** The object to store first, when it is marked as being deleted; absent when it is marked already. */
  readonly marked?: KubeObject;
  /** Whether the object goes now. */
  readonly now: boolean;
}

/** Pure: kube-apiserver's rules on grace periods, finalizers and propagation in one place. */
export function planDeletion(
  resource: Resource,
  object: KubeObject,
  request: DeleteRequest,
  context: StrategyContext,
): Deletion {
  checkPreconditions(resource, object, request);
  const { strategy } = resource;
  if (strategy.isHeld?.(object)) return { ...held(strategy, object, context), now: false };
  const grace = graceOf(resource, object, request, context.now);
  if (grace === 'pending') return { now: false };
  const finalizers = collectionFinalizers(object.metadata.finalizers ?? [], request.propagationPolicy, strategy);
  const changed = finalizers.join() !== (object.metadata.finalizers ?? []).join();
  if (!grace && finalizers.length === 0 && !changed) return { now: true };
  const doomed = grace
    ? { ...object.metadata, ...grace }
    : finalizers.length > 0
      ? marked(object.metadata, context.now)
      : object.metadata;
  const metadata = { ...doomed, generation: nextGeneration(object.metadata) };
  if (metadata.generation === undefined) delete metadata.generation;
  const withFinalizers: ObjectMeta = { ...metadata, finalizers };
  const next = { ...object, metadata: finalizers.length > 0 ? withFinalizers : without(withFinalizers, 'finalizers') };
  const prepared = strategy.prepareForDelete?.(next, context) ?? next;
  return { marked: prepared, now: finalizers.length === 0 && !(grace && grace.deletionGracePeriodSeconds > 0) };
}

/** Something other than finalizers holds it: it is marked, once. */
function held(strategy: Strategy, object: KubeObject, context: StrategyContext): Pick<Deletion, 'marked'> {
  if (object.metadata.deletionTimestamp !== undefined) return {};
  const metadata = { ...object.metadata, deletionTimestamp: timestamp(context.now) };
  const next = { ...object, metadata };
  return { marked: strategy.prepareForDelete?.(next, context) ?? next };
}

function checkPreconditions(resource: Resource, { metadata }: KubeObject, request: DeleteRequest): void {
  const name = metadata.name ?? '';
  const kind = {
    ...resource.kind,
    plural: resource.kind.kind,
    group: resource.table.slice(0, resource.table.indexOf('/')),
  };
  if (request.uid !== undefined && request.uid !== metadata.uid) {
    throw conflict(
      kind,
      name,
      `the UID in the precondition (${request.uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (request.resourceVersion !== undefined && request.resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      kind,
      name,
      `the ResourceVersion in the precondition (${request.resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

interface Grace {
  readonly deletionTimestamp: string;
  readonly deletionGracePeriodSeconds: number;
}

/** `pending`: a deletion is under way and this one asks for nothing sooner. */
function graceOf(
  resource: Resource,
  object: KubeObject,
  request: DeleteRequest,
  now: Instant,
): Grace | 'pending' | undefined {
  const { strategy } = resource;
  if (!strategy.gracePeriodSeconds) return undefined;
  const asked =
    request.gracePeriodSeconds === undefined
      ? undefined
      : Math.max(request.gracePeriodSeconds, request.gracePeriodSeconds < 0 ? 1 : 0);
  const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
  if (deletionTimestamp !== undefined) {
    if (!deletionGracePeriodSeconds) return undefined;
    if (asked === undefined || asked >= deletionGracePeriodSeconds) return 'pending';
    const at = Date.parse(deletionTimestamp) + (asked - deletionGracePeriodSeconds) * 1000;
    // What is over already cannot be shortened; a node still has to see that it is.
    if (at < now) return { deletionTimestamp: timestamp(now), deletionGracePeriodSeconds: asked === 0 ? 0 : 1 };
    return { deletionTimestamp: timestamp(at), deletionGracePeriodSeconds: asked };
  }
  const period = strategy.gracePeriodSeconds(object, asked);
  if (period === undefined) return undefined;
  return { deletionTimestamp: timestamp(now + period * 1000), deletionGracePeriodSeconds: period };
}

function collectionFinalizers(
  existing: readonly string[],
  policy: DeleteOptions['propagationPolicy'],
  { orphansByDefault = false }: Strategy,
): string[] {
  const named = existing.find((name) => name === ORPHAN_FINALIZER || name === FOREGROUND_FINALIZER);
  const unsaid = named ? named === ORPHAN_FINALIZER : orphansByDefault;
  const orphan = policy ? policy === 'Orphan' : unsaid;
  const foreground = policy ? policy === 'Foreground' : named === FOREGROUND_FINALIZER;
  const others = existing.filter((name) => name !== ORPHAN_FINALIZER && name !== FOREGROUND_FINALIZER);
  const wanted = [...(orphan ? [ORPHAN_FINALIZER] : []), ...(foreground ? [FOREGROUND_FINALIZER] : [])];
  const kept = existing.filter((name) => others.includes(name) || wanted.includes(name));
  return [...kept, ...wanted.filter((name) => !existing.includes(name))];
}

function marked(metadata: ObjectMeta, now: Instant): ObjectMeta {
  const { deletionTimestamp } = metadata;
  const later = deletionTimestamp === undefined || Date.parse(deletionTimestamp) > now;
  return {
    ...metadata,
    deletionTimestamp: later ? timestamp(now) : deletionTimestamp,
    deletionGracePeriodSeconds: 0,
  };
}

/** Counted once, when the deletion is first asked for, for kinds that count generations. */
function nextGeneration({ generation, deletionTimestamp }: ObjectMeta): number | undefined {
  return generation !== undefined && deletionTimestamp === undefined ? generation + 1 : generation;
}

/** Nothing holds an object whose deletion was asked for. */
export function mayGo({ deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] }: ObjectMeta): boolean {
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length === 0;
}

export function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = value;
  return rest;
}
