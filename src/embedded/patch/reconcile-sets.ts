import { below, type FieldSet, type FieldSetBuilder, hasElement, isEmptySet, NO_FIELDS } from './field-set.ts';
import { type MergeSchema, schemaOfKey } from './merge-schema.ts';
import type { PathElement } from './path-element.ts';

/**
 * Brings a set in line with a schema in which lists or maps have become atomic since: whoever owned some of such a
 * place owns it now. The very set when nothing has.
 */
export function reconcileSet(schema: MergeSchema, set: FieldSet): FieldSet {
  let result: FieldSetBuilder | undefined;
  for (const element in set) {
    if (element === '.') continue;
    const inner = schemaBelow(schema, element);
    if (!inner) continue;
    const node = reconcileNode(inner, set, element);
    if (node === set[element]) continue;
    result ??= { ...set } as FieldSetBuilder;
    result[element] = node as FieldSetBuilder;
  }
  return result ?? set;
}

function schemaBelow(schema: MergeSchema, element: PathElement): MergeSchema | undefined {
  if (element.startsWith('f:')) return schema.map && schemaOfKey(schema.map, element.slice(2));
  return schema.list?.item;
}

function reconcileNode(schema: MergeSchema, parent: FieldSet, element: PathElement): FieldSet {
  const node = parent[element]!;
  const children = below(parent, element);
  if (hasElement(parent, element) && !children) return node;
  if (schema.map) {
    const { atomic, fields, rest } = schema.map;
    if (fields.size === 0 && rest?.scalar === 'any') return node;
    if (atomic) return children && !isEmptySet(children) ? NO_FIELDS : node;
    return reconcileSet(schema, node);
  }
  if (!schema.list) return node;
  return schema.list.type === 'atomic' ? NO_FIELDS : reconcileSet(schema, node);
}
