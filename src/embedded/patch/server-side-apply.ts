import type { KubeObject } from '../../api/kube.ts';
import { timestamp } from '../../api/timestamp.ts';
import { ApiError } from '../../runtime/client.ts';
import type { Instant } from '../../runtime/environment.ts';
import { deepEqual } from '../../runtime/json.ts';
import { conflictError, conflictsOf } from './apply-conflict.ts';
import { shapeError } from './check-shape.ts';
import { compareValues } from './compare.ts';
import { type FieldSet, isEmptySet, subtractDeep } from './field-set.ts';
import { fieldsOf } from './fields-of.ts';
import { conflictsBeyondLastApplied, KUBECTL, withLastApplied } from './last-applied.ts';
import { ownersAfterUpdate, releaseChanged, withoutFields } from './managed-fields.ts';
import { managedFieldsOf, withManagedFields, withoutUnowned } from './managed-object.ts';
import type { MergeSchema } from './merge-schema.ts';
import { mergeValues } from './merge-values.ts';
import { mapSets, type Owner, type Owners, ownerId, readOwners, writeOwners } from './owners.ts';
import { pruneDropped } from './prune.ts';
import { reconcileSet } from './reconcile-sets.ts';
import { emptyObject } from './typed.ts';

export interface ApplyRequest {
  /** As it is stored; absent when the apply creates the object. */
  readonly live?: KubeObject;
  readonly applied: KubeObject;
  readonly manager: string;
  /** Takes over what others own. */
  readonly force: boolean;
  readonly schema: MergeSchema;
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly now: Instant;
  /** What the endpoint leaves alone. @default none */
  readonly reset?: FieldSet | undefined;
}

/**
 * The object that a server-side apply leads to, managed fields included and before defaults; the very `live` object
 * when nothing changes.
 * @throws {ApiError} 409 when others own what it would change, 400 or 500 when what is applied cannot be
 */
export function serverSideApply(request: ApplyRequest): KubeObject {
  const { live, applied, schema, reset, manager, apiVersion, subresource } = request;
  checkApplied(request);
  const base = withManagedFields(live ?? emptyObject(schema, applied), undefined);
  const known = mapSets(knownOwners(request, base), (set) => reconcileSet(schema, set));
  const identity = {
    manager: manager || 'unknown',
    operation: 'Apply' as const,
    apiVersion,
    ...(subresource && { subresource }),
  };
  const id = ownerId(identity);
  const last = known.get(id);
  const stated = fieldsOf(schema, applied);
  const set = reset ? subtractDeep(stated, reset) : stated;
  const owners: Owners = new Map<string, Owner>(known).set(id, {
    ...identity,
    ...(last?.time && { time: last.time }),
    set,
  });
  const merged = mergeValues(schema, base, applied);
  const result = pruneDropped(schema, merged, last?.set, set, owners) as KubeObject;
  const changes = withoutFields(compareValues(schema, base, result), reset);
  refuseConflicts(request, base, owners, changes, id);
  const released = releaseChanged(owners, changes, id);
  const same = deepEqual(base, result);
  return finish(request, same ? base : result, settleApplier(released, id, same ? undefined : timestamp(request.now)));
}

/** An object without owners that is applied to for the first time is owned by who wrote it before. */
function knownOwners(request: ApplyRequest, base: KubeObject): Owners {
  const { live } = request;
  const owners = readOwners(managedFieldsOf(live), true) ?? new Map<string, Owner>();
  if (!live || owners.size > 0) return owners;
  const { applied: _, live: __, ...rest } = request;
  return ownersAfterUpdate({ ...rest, next: base, manager: 'before-first-apply', owners });
}

function refuseConflicts(
  { force, manager, schema }: ApplyRequest,
  base: KubeObject,
  owners: Owners,
  changes: Parameters<typeof conflictsOf>[1],
  id: string,
): void {
  if (force) return;
  const found = conflictsOf(owners, changes, id);
  if (found.length === 0) return;
  const left = manager === KUBECTL ? conflictsBeyondLastApplied(schema, base, found) : found;
  if (left.length > 0) throw conflictError(left);
}

function settleApplier(owners: Map<string, Owner>, id: string, time: string | undefined): Owners {
  const owner = owners.get(id);
  if (!owner) return owners;
  const set = withoutUnowned(owner.set);
  if (isEmptySet(set)) owners.delete(id);
  else owners.set(id, { ...owner, ...(time && { time }), set, written: undefined });
  return owners;
}

function finish({ live, applied, manager }: ApplyRequest, object: KubeObject, owners: Owners): KubeObject {
  const noted = manager === KUBECTL ? withLastApplied(object, applied) : object;
  const entries = writeOwners(owners);
  const unchanged = live && noted === object && deepEqual(entries, managedFieldsOf(live));
  if (unchanged && deepEqual(withManagedFields(live, undefined), object)) return live;
  return withManagedFields(noted, entries);
}

function checkApplied({ live, applied, schema, apiVersion }: ApplyRequest): void {
  const kind = live?.kind ?? applied.kind;
  const [group, version] = groupVersion(applied.apiVersion ?? '');
  if (applied.apiVersion !== apiVersion || applied.kind !== kind) {
    throw new ApiError(400, 'BadRequest', `invalid object type: ${group}/${version}, Kind=${applied.kind ?? ''}`);
  }
  if ((managedFieldsOf(applied) ?? null) !== null) {
    throw new ApiError(400, 'BadRequest', 'metadata.managedFields must be nil');
  }
  const mistake = shapeError(schema, applied);
  if (mistake === undefined) return;
  const { namespace = '', name = '' } = applied.metadata ?? {};
  const where = `${namespace}/${name}; ${group}/${version}, Kind=${applied.kind}`;
  throw new ApiError(500, '', `failed to create typed patch object (${where}): ${mistake}`);
}

function groupVersion(apiVersion: string): readonly [string, string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}
