import { randomBytes as systemRandomBytes } from 'node:crypto';
import { apiVersionOf, controllerOf, type Kind, type KubeObject, keyOf, type OwnerReference } from '../api/kube.ts';
import {
  ApiError,
  isAlreadyExists,
  isNamespaceTerminating,
  isNotFound,
  type KubeClient,
  type ObjectRef,
} from './client.ts';
import type { ChildPatch, Domain, Observed, OwnedKind, Plan, Removal } from './domain.ts';
import type { RandomBytes } from './environment.ts';
import { deepEqual, isSubset, mergePatch } from './json.ts';
import { settleAll } from './limiter.ts';
import type { OwnWrites } from './own-writes.ts';

export interface ApplyContext {
  readonly client: KubeClient;
  readonly ownWrites: OwnWrites;
  readonly fieldManager: string;
  /** Writes of one plan under way at the same time. @default 32 */
  readonly concurrency?: number;
  /** Start with one write and double, so that a quota that refused once is not asked a hundred times. */
  readonly cautious?: boolean;
  readonly signal?: AbortSignal;
  /** @default - the operating system's */
  readonly randomBytes?: RandomBytes;
}

export interface ApplyOutcome {
  /** What the server refused, children and status alike. */
  readonly failures: readonly Error[];
  /** Whether the status is now as planned (or was, or is none of the plan's business). */
  readonly statusWritten: boolean;
  readonly removedSelf: boolean;
  /**
   * Why the rest of the plan was not tried, if so: `namespace-ends`, nothing can be made there any more; `owner-gone`, the
   * object itself is deleted and the cache will soon say so.
   */
  readonly stopped?: 'namespace-ends' | 'owner-gone';
}

/** A child's name is taken by an object of somebody else's. Waiting does not mend it; people do. */
export class ForeignObjectError extends Error {
  override readonly name = 'ForeignObjectError';
}

type Write = () => Promise<void>;

/** Only the version of what was written is read, and nobody reads the warnings about fields that were dropped. */
const TERSE = { metadataOnly: true, fieldValidation: 'Ignore' } as const;

/** Carries out one plan: the one place where controllers write. */
export async function applyPlan<T extends KubeObject>(
  domain: Domain<T>,
  observed: Observed<T>,
  plan: Plan,
  context: ApplyContext,
): Promise<ApplyOutcome> {
  const owner = observed.object;
  const status = () => writeStatus(domain.kind, owner, plan.status, context);
  const failures: Error[] = [];
  if (plan.statusFirst) {
    const [written] = await settleAll([status], 1);
    // What must be counted before it is done is not done when it could not be counted.
    if (written?.status === 'rejected') {
      return stoppedBy([toError(written.reason)], written.reason);
    }
  }
  for (const stage of childWrites(domain, observed, plan, context)) {
    if (failures.length === 0) failures.push(...(await writeAll(stage, context)));
  }
  if (failures.some(isNamespaceTerminating)) {
    return { failures, statusWritten: false, removedSelf: false, stopped: 'namespace-ends' };
  }
  let statusWritten = true;
  if (!plan.statusFirst) {
    const [written] = await settleAll([status], 1);
    if (written?.status === 'rejected') {
      statusWritten = false;
      failures.push(toError(written.reason));
      if (isNotFound(written.reason)) return stoppedBy(failures, written.reason);
    }
  }
  let removedSelf = false;
  if (plan.removeSelf === true && failures.length === 0) {
    const [removed] = await settleAll([() => remove(domain.kind, { object: owner }, owner, context)], 1);
    if (removed?.status === 'rejected') failures.push(toError(removed.reason));
    else removedSelf = true;
  }
  return { failures, statusWritten, removedSelf };
}

/** The status could not be written. */
const stoppedBy = (failures: readonly Error[], reason: unknown): ApplyOutcome => ({
  failures,
  statusWritten: false,
  removedSelf: false,
  ...(isNotFound(reason) && { stopped: 'owner-gone' as const }),
});

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

const identity = (object: KubeObject): string => `${object.apiVersion} ${object.kind} ${keyOf(object.metadata)}`;

function refOf({ metadata: { namespace, name = '' } }: KubeObject): ObjectRef {
  return namespace ? { namespace, name } : { name };
}

/** In stages: each is begun when the one before it has succeeded. What is drawn comes with the first of two. */
function childWrites<T extends KubeObject>(
  domain: Domain<T>,
  observed: Observed<T>,
  plan: Plan,
  context: ApplyContext,
): Write[][] {
  const owner = observed.object;
  const existing = new Map(observed.children.map((child) => [identity(child), child]));
  const first: Write[] = [];
  const writes: Write[] = [];
  let drawn = false;
  for (const removal of plan.remove ?? []) {
    const { object, gracePeriodSeconds } = removal;
    const underway = object.metadata.deletionTimestamp !== undefined;
    if (underway && gracePeriodSeconds === undefined) continue;
    first.push(() => remove(ownedKind(domain, object).kind, removal, owner, context));
  }
  const patched = Object.values(Object.groupBy(plan.patches ?? [], ({ object }) => object.metadata.uid ?? ''));
  for (const patches of patched) writes.push(() => amend(domain, patches ?? [], owner, context));
  for (const lasting of plan.lasting ?? []) {
    writes.push(() => createLasting(ownedKind(domain, lasting).kind, lasting, owner, context));
  }
  for (const wanted of plan.children) {
    const { kind, update, draw } = ownedKind(domain, wanted);
    const child = withOwner(wanted, domain.kind, owner);
    if (draw) {
      first.push(() => createUnseen(kind, draw(child, context.randomBytes ?? systemRandomBytes), context));
      drawn = true;
      continue;
    }
    const present = existing.get(identity(wanted));
    if (!present) writes.push(() => create(kind, child, owner, context));
    else if (update === 'patch' && present.metadata.deletionTimestamp === undefined && !isSubset(wanted, present)) {
      writes.push(() => patch(kind, child, owner, context));
    }
  }
  return drawn ? [first, writes] : [[...first, ...writes]];
}

function ownedKind(domain: Pick<Domain, 'owns' | 'kind'>, object: KubeObject): OwnedKind {
  const owned = domain.owns.find(({ kind }) => kind.kind === object.kind && apiVersionOf(kind) === object.apiVersion);
  if (owned) return owned;
  throw new Error(
    `the plan of ${domain.kind.kind} names a ${object.apiVersion} ${object.kind}, which the domain does not own; add it to owns`,
  );
}

/** Stops at the first batch in which something failed. */
async function writeAll(writes: readonly Write[], context: ApplyContext): Promise<Error[]> {
  const { concurrency = 32, cautious = false } = context;
  let size = cautious ? 1 : writes.length;
  for (let start = 0; start < writes.length; size *= 2) {
    const batch = writes.slice(start, start + size);
    start += batch.length;
    const results = await settleAll(batch, concurrency);
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [toError(result.reason)] : []));
    if (failures.length > 0) return failures;
  }
  return [];
}

async function create(kind: Kind, child: KubeObject, owner: KubeObject, context: ApplyContext): Promise<void> {
  const { client, ownWrites, fieldManager, signal } = context;
  const ownerUid = owner.metadata.uid ?? '';
  try {
    const created = await client.create(kind, child, { ...TERSE, fieldManager, ...(signal && { signal }) });
    ownWrites.wrote(ownerUid, kind, created.metadata.resourceVersion);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const present = await readBack(kind, child, context);
    if (!present) throw new ApiError(409, 'Terminating', `${identity(child)} has just been deleted; trying again`);
    const holder = controllerOf(present);
    if (holder?.uid === ownerUid) {
      ownWrites.wrote(ownerUid, kind, present.metadata.resourceVersion);
      return;
    }
    throw nameTaken(present, holder, owner);
  }
}

/** A name that is taken is that of an earlier try: nobody else uses a name that belongs to the owner's UID. */
async function createUnseen(kind: Kind, child: KubeObject, context: ApplyContext): Promise<void> {
  const { client, fieldManager, signal } = context;
  try {
    await client.create(kind, child, { ...TERSE, fieldManager, ...(signal && { signal }) });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

async function createLasting(kind: Kind, object: KubeObject, owner: KubeObject, context: ApplyContext): Promise<void> {
  const { client, ownWrites, fieldManager, signal } = context;
  try {
    const created = await client.create(kind, object, { ...TERSE, fieldManager, ...(signal && { signal }) });
    ownWrites.wrote(owner.metadata.uid ?? '', kind, created.metadata.resourceVersion);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

async function amend<T extends KubeObject>(
  domain: Domain<T>,
  patches: readonly ChildPatch[],
  owner: KubeObject,
  { client, ownWrites, fieldManager, signal }: ApplyContext,
): Promise<void> {
  for (const { object, subresource, body } of patches) {
    const { kind } = ownedKind(domain, object);
    const fenced = { ...body, metadata: { ...(body as Partial<KubeObject>).metadata, uid: object.metadata.uid } };
    const options = { ...TERSE, fieldManager, ...(subresource && { subresource }), ...(signal && { signal }) };
    try {
      const written = await client.patch(kind, refOf(object), 'merge', fenced, options);
      ownWrites.wrote(owner.metadata.uid ?? '', kind, written.metadata.resourceVersion);
    } catch (error) {
      // It is gone; the cache will tell, and the next plan takes it from there.
      if (isNotFound(error)) return;
      throw error;
    }
  }
}

/** By a list, which controllers may do anyway: no role has to grant `get` for this rare case. */
async function readBack(
  kind: Kind,
  child: KubeObject,
  { client, signal }: ApplyContext,
): Promise<KubeObject | undefined> {
  const { namespace, name } = child.metadata;
  const options = {
    fieldSelector: `metadata.name=${name}`,
    ...(namespace && { namespace }),
    ...(signal && { signal }),
  };
  const { items } = await client.list(kind, options);
  return items.find(({ metadata }) => metadata.name === name);
}

/** Leftovers of a namesake that is gone disappear by themselves; anything else needs a person. */
function nameTaken(present: KubeObject, holder: OwnerReference | undefined, owner: KubeObject): Error {
  const name = `${present.kind} ${keyOf(present.metadata)}`;
  const leftover = holder?.kind === owner.kind && holder.name === owner.metadata.name;
  if (leftover || present.metadata.deletionTimestamp !== undefined) {
    return new ApiError(
      409,
      'Terminating',
      `${name} of an earlier ${owner.kind} is still there; waiting until it is gone`,
    );
  }
  const whose = holder ? `${holder.kind} ${holder.name} controls it` : 'nothing controls it';
  return new ForeignObjectError(
    `${name} exists already and is not ours (${whose}); delete or rename it, or rename the ${owner.kind}`,
  );
}

async function patch(kind: Kind, child: KubeObject, owner: KubeObject, context: ApplyContext): Promise<void> {
  const { client, ownWrites, fieldManager, signal } = context;
  const options = { ...TERSE, fieldManager, force: true, ...(signal && { signal }) };
  const patched = await client.patch(kind, refOf(child), 'apply', child, options);
  ownWrites.wrote(owner.metadata.uid ?? '', kind, patched.metadata.resourceVersion);
}

async function remove(
  kind: Kind,
  { object, gracePeriodSeconds, foreground }: Removal,
  owner: KubeObject,
  { client, ownWrites, signal }: ApplyContext,
): Promise<void> {
  const uid = object.metadata.uid ?? '';
  try {
    await client.delete(kind, refOf(object), {
      uid,
      propagationPolicy: foreground ? 'Foreground' : 'Background',
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      ...(signal && { signal }),
    });
  } catch (error) {
    // A conflict (a namesake took its place, or the server would not say) is looked at again once the cache knows more.
    if (isNotFound(error)) return;
    throw error;
  }
  ownWrites.deleted(owner.metadata.uid ?? '', kind, keyOf(object.metadata), uid);
}

/** The version read travels along, so that a writer who saw an older state is refused (409). */
async function writeStatus(
  kind: Kind,
  owner: KubeObject,
  status: object | undefined,
  { client, ownWrites, fieldManager, signal }: ApplyContext,
): Promise<void> {
  if (status === undefined || deepEqual(owner.status ?? {}, status)) return;
  const { uid = '', resourceVersion } = owner.metadata;
  const body = { metadata: { uid, resourceVersion }, status: mergePatch(owner.status ?? {}, status) };
  const options = { ...TERSE, subresource: 'status', fieldManager, ...(signal && { signal }) };
  const written = await client.patch(kind, refOf(owner), 'merge', body, options);
  ownWrites.wrote(uid, kind, written.metadata.resourceVersion);
}

function withOwner(child: KubeObject, kind: Kind, owner: KubeObject): KubeObject {
  const reference: OwnerReference = {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
  const others = child.metadata.ownerReferences?.filter(({ uid }) => uid !== reference.uid) ?? [];
  return { ...child, metadata: { ...child.metadata, ownerReferences: [...others, reference] } };
}
