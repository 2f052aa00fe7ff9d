import { isObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { timestamp } from '../../api/timestamp.ts';
import type { Instant } from '../../runtime/environment.ts';
import { capOwners } from './cap-owners.ts';
import { fitsLoosely } from './check-shape.ts';
import { type Comparison, compareValues } from './compare.ts';
import { type FieldSet, isEmptySet, subtract, subtractDeep, unite } from './field-set.ts';
import { managedFieldsOf, withManagedFields, withoutUnowned } from './managed-object.ts';
import type { MergeSchema } from './merge-schema.ts';
import {
  type ManagedFieldsEntry,
  mapSets,
  type Owner,
  type Owners,
  ownerId,
  readOwners,
  writeOwners,
} from './owners.ts';
import { NoPathElement } from './path-element.ts';
import { reconcileSet } from './reconcile-sets.ts';
import { emptyObject } from './typed.ts';
import { isEmptyMap } from './values.ts';

export interface UpdateRequest {
  /** As it is stored; absent when `next` is created. */
  readonly previous?: KubeObject;
  /** What the client's write leads to, defaults included; for built-in kinds also {@link asTyped}. */
  readonly next: KubeObject;
  /** Name of the client; empty stands for `unknown`. */
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly now: Instant;
  readonly schema: MergeSchema;
  /** What the endpoint leaves alone. @default none */
  readonly reset?: FieldSet | undefined;
}

/**
 * `next` with the managed fields that a create, an update or any patch but an apply leads to: the client owns what it
 * changed, nobody owns what it removed. Times stay where nothing changed. A client may hand in managed fields of its
 * own, except on a subresource; `[]` or `[{}]` ends tracking until the next apply, and so does a custom resource that does
 * not fit its schema.
 */
export function trackUpdate(request: UpdateRequest): KubeObject {
  const { previous, next, schema } = request;
  const given = givenOwners(request);
  if (given.size === 0 && previous) return withManagedFields(next, undefined);
  if (schema.custom && !fitsLoosely(schema, next)) return withManagedFields(next, undefined);
  try {
    const owners = ownersAfterUpdate({ ...request, owners: mapSets(given, (set) => reconcileSet(schema, set)) });
    const before = managedFieldsOf(previous);
    const unchanged = before === managedFieldsOf(next) || managedFieldsOf(next) === undefined;
    if (unchanged && sameOwners(owners, given) && Array.isArray(before)) {
      return withManagedFields(next, before as readonly ManagedFieldsEntry[]);
    }
    return withManagedFields(next, writeOwners(owners));
  } catch (error) {
    if (error instanceof NoPathElement) return withManagedFields(next, undefined);
    throw error;
  }
}

const sameOwners = (left: Owners, right: Owners): boolean =>
  left.size === right.size && [...left].every(([id, owner]) => right.get(id) === owner);

/** The owners that the request states, or those of the stored object when it states none that are valid. */
function givenOwners({ previous, next, subresource }: UpdateRequest): Owners {
  const stored = managedFieldsOf(previous);
  const stated = managedFieldsOf(next);
  const known = () => readOwners(stored, true) ?? new Map<string, Owner>();
  if (subresource || stated === stored) return known();
  if (isReset(stated)) return new Map();
  const owners = readOwners(stated, false);
  return owners === undefined || owners.size === 0 ? known() : owners;
}

function isReset(entries: unknown): boolean {
  if (!Array.isArray(entries) || entries.length > 1) return false;
  return entries.length === 0 || (isObject(entries[0]) && isEmptyMap(entries[0]));
}

/** Who owns what after a write that is no apply. */
export function ownersAfterUpdate(request: UpdateRequest & { readonly owners: Owners }): Owners {
  const { previous, next, schema, reset, owners, manager, apiVersion, subresource, now } = request;
  const before = withManagedFields(previous ?? emptyObject(schema, next), undefined);
  const changes = withoutFields(compareValues(schema, before, withManagedFields(next, undefined)), reset);
  const result = releaseChanged(owners, changes);
  const own = withoutUnowned(unite(changes.modified, changes.added));
  if (!isEmptySet(own)) {
    const owner = { manager: manager || 'unknown', operation: 'Update' as const, apiVersion };
    const identity = subresource ? { ...owner, subresource } : owner;
    const id = ownerId(identity);
    const held = result.get(id);
    result.set(id, { ...identity, time: timestamp(now), set: held ? unite(own, held.set) : own });
  }
  return capOwners(result);
}

/** A comparison that leaves fields out, with all that is below them. */
export function withoutFields(changes: Comparison, fields: FieldSet | undefined): Comparison {
  if (!fields) return changes;
  return {
    added: subtractDeep(changes.added, fields),
    modified: subtractDeep(changes.modified, fields),
    removed: subtractDeep(changes.removed, fields),
  };
}

/** The owners without what changed or went; `except` keeps its own. */
export function releaseChanged(owners: Owners, changes: Comparison, except?: string): Map<string, Owner> {
  const { added, modified, removed } = changes;
  const kept = except === undefined ? undefined : owners.get(except);
  return mapSets(owners, (set, owner) =>
    owner === kept ? set : subtract(subtract(subtract(set, modified), added), removed),
  );
}
