import { controllerOf, type Kind, type KubeObject, keyOf, type OwnerReference } from '../api/kube.ts';
import { ApiError, isAlreadyExists, isNotFound, type KubeClient, type ObjectRef } from './client.ts';
import type { ChildPatch, Removal } from './domain.ts';
import { deepEqual, mergePatch } from './json.ts';
import type { OwnWrites } from './own-writes.ts';

/** The writes of controllers, one object each. What the cache will show is noted, so that a stale one is not taken for the truth. */

export interface WriteContext {
  readonly client: KubeClient;
  readonly ownWrites: OwnWrites;
  readonly fieldManager: string;
  readonly signal?: AbortSignal;
}

/** A child's name is taken by an object of somebody else's. Waiting does not mend it; people do. */
export class ForeignObjectError extends Error {
  override readonly name = 'ForeignObjectError';
}

/** Only the version of what was written is read, and nobody reads the warnings about fields that were dropped. */
const TERSE = { metadataOnly: true, fieldValidation: 'Ignore' } as const;

/** Tells objects of different kinds apart. */
export const identity = (object: KubeObject): string => `${object.apiVersion} ${object.kind} ${keyOf(object.metadata)}`;

function refOf({ metadata: { namespace, name = '' } }: KubeObject): ObjectRef {
  return namespace ? { namespace, name } : { name };
}

/** A child that is there already is the owner's own, or its name is taken. */
export async function create(kind: Kind, child: KubeObject, owner: KubeObject, context: WriteContext): Promise<void> {
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
export async function createUnseen(kind: Kind, child: KubeObject, context: WriteContext): Promise<void> {
  const { client, fieldManager, signal } = context;
  try {
    await client.create(kind, child, { ...TERSE, fieldManager, ...(signal && { signal }) });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

/** What outlives its owner: one that is there already does as well. */
export async function createLasting(
  kind: Kind,
  object: KubeObject,
  owner: KubeObject,
  context: WriteContext,
): Promise<void> {
  const { client, ownWrites, fieldManager, signal } = context;
  try {
    const created = await client.create(kind, object, { ...TERSE, fieldManager, ...(signal && { signal }) });
    ownWrites.wrote(owner.metadata.uid ?? '', kind, created.metadata.resourceVersion);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

/** A child with what a plan wants changed of it; `kind` is the child's. */
export interface KindPatch extends ChildPatch {
  readonly kind: Kind;
}

/** Patches one child, each after the one before it. */
export async function amend(
  patches: readonly KindPatch[],
  owner: KubeObject,
  { client, ownWrites, fieldManager, signal }: WriteContext,
): Promise<void> {
  for (const { kind, object, subresource, body } of patches) {
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

/** Server-side apply, by force: what the plan says holds. */
export async function patch(kind: Kind, child: KubeObject, owner: KubeObject, context: WriteContext): Promise<void> {
  const { client, ownWrites, fieldManager, signal } = context;
  const options = { ...TERSE, fieldManager, force: true, ...(signal && { signal }) };
  const patched = await client.patch(kind, refOf(child), 'apply', child, options);
  ownWrites.wrote(owner.metadata.uid ?? '', kind, patched.metadata.resourceVersion);
}

/** Fenced by UID: a namesake that took its place stays. */
export async function remove(
  kind: Kind,
  { object, gracePeriodSeconds, foreground }: Removal,
  owner: KubeObject,
  { client, ownWrites, signal }: WriteContext,
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
export async function writeStatus(
  kind: Kind,
  owner: KubeObject,
  status: object | undefined,
  { client, ownWrites, fieldManager, signal }: WriteContext,
): Promise<void> {
  if (status === undefined || deepEqual(owner.status ?? {}, status)) return;
  const { uid = '', resourceVersion } = owner.metadata;
  const body = { metadata: { uid, resourceVersion }, status: mergePatch(owner.status ?? {}, status) };
  const options = { ...TERSE, subresource: 'status', fieldManager, ...(signal && { signal }) };
  const written = await client.patch(kind, refOf(owner), 'merge', body, options);
  ownWrites.wrote(uid, kind, written.metadata.resourceVersion);
}

/** By a list, which controllers may do anyway: no role has to grant `get` for this rare case. */
async function readBack(
  kind: Kind,
  child: KubeObject,
  { client, signal }: WriteContext,
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
