import { isObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { deepEqual } from '../../runtime/json.ts';
import { type FieldSet, subtract } from './field-set.ts';
import type { ManagedFieldsEntry } from './owners.ts';

interface ManagedMeta {
  readonly managedFields?: unknown;
}

/** `metadata.managedFields` as it stands in an object, valid or not. */
export const managedFieldsOf = (object: KubeObject | undefined): unknown =>
  (object?.metadata as ManagedMeta | undefined)?.managedFields;

/** The object with other managed fields, or without any; the very object when it has them already. */
export function withManagedFields(object: KubeObject, entries: readonly ManagedFieldsEntry[] | undefined): KubeObject {
  if (managedFieldsOf(object) === entries) return object;
  const { managedFields: _, ...metadata } = (object.metadata ?? {}) as KubeObject['metadata'] & ManagedMeta;
  return { ...object, metadata: entries ? { ...metadata, managedFields: entries } : metadata } as KubeObject;
}

const ALL: FieldSet = Object.freeze({});

/** Fields that nobody owns: identity, and what the server alone writes. */
const UNOWNED: FieldSet = {
  'f:apiVersion': ALL,
  'f:kind': ALL,
  'f:metadata': {
    '.': ALL,
    'f:name': ALL,
    'f:namespace': ALL,
    'f:creationTimestamp': ALL,
    'f:selfLink': ALL,
    'f:uid': ALL,
    'f:clusterName': ALL,
    'f:generation': ALL,
    'f:managedFields': ALL,
    'f:resourceVersion': ALL,
  },
};

export const withoutUnowned = (set: FieldSet): FieldSet => subtract(set, UNOWNED);

/**
 * The object to store, for a write that came to `next` by whatever way: when nothing but times of managed fields tells
 * it from `previous`, the times stay as they were.
 */
export function keepTimes(previous: KubeObject, next: KubeObject): KubeObject {
  const [before, after] = [managedFieldsOf(previous), managedFieldsOf(next)];
  if (before === after || !Array.isArray(before) || !Array.isArray(after)) return next;
  if (before.length !== after.length || before.length === 0) return next;
  const same = deepEqual(before.map(withoutTime), after.map(withoutTime));
  return same && deepEqual(withManagedFields(previous, undefined), withManagedFields(next, undefined))
    ? previous
    : next;
}

function withoutTime(entry: unknown): unknown {
  if (!isObject(entry)) return entry;
  const { time: _, ...rest } = entry;
  return rest;
}
