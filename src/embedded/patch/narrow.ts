import { isObject } from '../../api/json.ts';
import type { MergeSchema, ScalarType } from './merge-schema.ts';
import { isList, isScalar } from './values.ts';

/** Which of the sorts of a schema a value is treated as. */
export type Sort = 'map' | 'scalar' | 'list';

/** The sort that the value itself shows; undefined where it shows none that the schema allows (null, or a mistake). */
function shownSort(schema: MergeSchema, value: unknown): Sort | undefined {
  if (isScalar(value)) return schema.scalar && 'scalar';
  if (isList(value)) return schema.list && 'list';
  return isObject(value) && schema.map ? 'map' : undefined;
}

function defaultSort(schema: MergeSchema): Sort {
  if (schema.map) return 'map';
  return schema.scalar ? 'scalar' : 'list';
}

export const sortOf = (schema: MergeSchema, value: unknown): Sort => shownSort(schema, value) ?? defaultSort(schema);

/**
 * The sorts that two values of one place are walked as: one where they agree or one is absent, and that of the left
 * before that of the right where they do not.
 */
export function sortsOf(schema: MergeSchema, left: unknown, right: unknown): readonly [Sort] | readonly [Sort, Sort] {
  if (right === undefined) return [sortOf(schema, left)];
  if (left === undefined) return [sortOf(schema, right)];
  const one = [schema.map, schema.scalar, schema.list].filter((part) => part !== undefined).length < 2;
  if (one || shownSort(schema, left) === shownSort(schema, right)) return [sortOf(schema, right)];
  return [sortOf(schema, left), sortOf(schema, right)];
}

/** Whether a value may stand where a scalar of this type is asked for; null may, anywhere. */
export function fitsScalar(type: ScalarType, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return type === 'any' ? isScalar(value) : typeof value === type;
}
