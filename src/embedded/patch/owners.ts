import { isObject } from '../../api/json.ts';
import { type FieldSet, isEmptySet, readSet, sortedSet } from './field-set.ts';

/** One entry of `metadata.managedFields`. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldSet;
  readonly subresource?: string;
}

export type Operation = 'Apply' | 'Update';

/** Who owns some of the fields of an object. */
export interface Owner {
  readonly manager: string;
  readonly operation: Operation;
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly set: FieldSet;
  /** The entry that says all this already, as the server wrote it. */
  readonly written?: ManagedFieldsEntry | undefined;
}

/** Owners by identity. */
export type Owners = ReadonlyMap<string, Owner>;

/** The identity of an owner; one that applies is the same in every version. */
export function ownerId(owner: Pick<Owner, 'manager' | 'operation' | 'apiVersion' | 'subresource'>): string {
  const { manager, operation, apiVersion, subresource } = owner;
  return JSON.stringify({
    ...(manager && { manager }),
    operation,
    ...(operation === 'Update' && { apiVersion }),
    ...(subresource && { subresource }),
  });
}

/**
 * Reads `metadata.managedFields`; undefined when an entry is not valid.
 * @param trusted they are the server's own, and need no checks
 */
export function readOwners(entries: unknown, trusted: boolean): Map<string, Owner> | undefined {
  const owners = new Map<string, Owner>();
  if (!Array.isArray(entries)) return owners;
  for (const value of entries as readonly unknown[]) {
    if (!isObject(value)) return undefined;
    const entry = value as ManagedFieldsEntry;
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') return undefined;
    if (!entry.apiVersion || entry.fieldsType !== 'FieldsV1') return undefined;
    const set = trusted ? entry.fieldsV1 : readSet(entry.fieldsV1);
    if (set === undefined) return undefined;
    const owner: Owner = {
      manager: entry.manager ?? '',
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      ...(entry.subresource && { subresource: entry.subresource }),
      ...(entry.time && { time: entry.time }),
      set,
      ...(trusted && { written: entry }),
    };
    owners.set(ownerId(owner), owner);
  }
  return owners;
}

/** The owners as `metadata.managedFields`, in the server's order; undefined when there are none. */
export function writeOwners(owners: Owners): readonly ManagedFieldsEntry[] | undefined {
  if (owners.size === 0) return undefined;
  return [...owners.values()].sort(compareOwners).map((owner) => owner.written ?? entryOf(owner));
}

function entryOf(owner: Owner): ManagedFieldsEntry {
  return {
    ...(owner.manager && { manager: owner.manager }),
    operation: owner.operation,
    apiVersion: owner.apiVersion,
    ...(owner.time && { time: owner.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: sortedSet(owner.set),
    ...(owner.subresource && { subresource: owner.subresource }),
  };
}

/** Appliers stand before updaters, then the older before the younger. */
function compareOwners(left: Owner, right: Owner): number {
  return (
    compare(left.operation, right.operation) ||
    compare(wholeSeconds(left.time), wholeSeconds(right.time)) ||
    compare(left.manager, right.manager) ||
    compare(left.apiVersion, right.apiVersion) ||
    compare(left.subresource ?? '', right.subresource ?? '')
  );
}

export const wholeSeconds = (time: string | undefined): number =>
  time === undefined ? 0 : Math.floor(Date.parse(time) / 1000);

const compare = <T extends string | number>(left: T, right: T): number => (left < right ? -1 : left > right ? 1 : 0);

/** The owners with other sets; those that own nothing any more are left out. */
export function mapSets(owners: Owners, change: (set: FieldSet, owner: Owner) => FieldSet): Map<string, Owner> {
  const result = new Map<string, Owner>();
  for (const [id, owner] of owners) {
    const set = change(owner.set, owner);
    if (!isEmptySet(set)) result.set(id, set === owner.set ? owner : { ...owner, set, written: undefined });
  }
  return result;
}
