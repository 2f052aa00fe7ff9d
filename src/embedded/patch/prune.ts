import { type FieldSet, intersect, isEmptySet, NO_FIELDS, subtract, unite } from './field-set.ts';
import { fieldsOf, withNamedFields } from './fields-of.ts';
import type { MergeSchema } from './merge-schema.ts';
import type { Owners } from './owners.ts';
import { removeFields } from './remove-fields.ts';

/**
 * Takes out what a manager applied last time, does not apply any more, and nobody else owns.
 * @param last what it applied last time
 * @param owners with what it applies now
 */
export function pruneDropped(
  schema: MergeSchema,
  merged: unknown,
  last: FieldSet | undefined,
  now: FieldSet,
  owners: Owners,
): unknown {
  if (last === undefined || isEmptySet(subtract(last, now))) return merged;
  const named = (set: FieldSet) => withNamedFields(schema, set);
  let owned: FieldSet = NO_FIELDS;
  for (const owner of owners.values()) owned = unite(owned, owner.set);
  const all = named(fieldsOf(schema, merged));
  const rest = named(fieldsOf(schema, removeFields(schema, merged, named(last))));
  const kept = removeFields(schema, merged, subtract(all, unite(rest, named(owned))));
  const gone = subtract(all, named(fieldsOf(schema, kept)));
  return removeFields(schema, merged, intersect(gone, named(last)));
}
