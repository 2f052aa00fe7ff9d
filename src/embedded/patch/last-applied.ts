import { isObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import type { Conflict } from './apply-conflict.ts';
import { shapeError } from './check-shape.ts';
import { compareValues } from './compare.ts';
import { type FieldSet, hasElement, subtract } from './field-set.ts';
import { fieldsOf } from './fields-of.ts';
import { withManagedFields } from './managed-object.ts';
import type { MergeSchema } from './merge-schema.ts';
import type { PathElement } from './path-element.ts';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/** The manager whose client-side applies turn into server-side ones without conflicts. */
export const KUBECTL = 'kubectl';

/**
 * The conflicts that are left when fields count as kubectl's own that it set by its client-side apply and that still
 * have the value it gave them.
 */
export function conflictsBeyondLastApplied(
  schema: MergeSchema,
  live: KubeObject,
  conflicts: readonly Conflict[],
): readonly Conflict[] {
  const allowed = lastAppliedFields(schema, live);
  if (!allowed) return conflicts;
  return conflicts.flatMap((conflict) => {
    const paths = conflict.paths.filter((path) => !hasPath(allowed, path));
    return paths.length > 0 ? [{ ...conflict, paths }] : [];
  });
}

function lastAppliedFields(schema: MergeSchema, live: KubeObject): FieldSet | undefined {
  const applied = parse(live.metadata.annotations?.[ANNOTATION]);
  if (!applied || applied.apiVersion !== live.apiVersion || shapeError(schema, applied) !== undefined) {
    return undefined;
  }
  const { added, modified, removed } = compareValues(schema, applied, live);
  return subtract(subtract(subtract(fieldsOf(schema, applied), modified), added), removed);
}

function parse(text: string | undefined): KubeObject | undefined {
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as unknown as KubeObject) : undefined;
  } catch {
    return undefined;
  }
}

function hasPath(set: FieldSet, path: readonly PathElement[]): boolean {
  let node: FieldSet | undefined = set;
  for (const element of path.slice(0, -1)) node = node?.[element];
  return node !== undefined && hasElement(node, path.at(-1)!);
}

/** The object with the annotation brought up to date, when it has one. */
export function withLastApplied(object: KubeObject, applied: KubeObject): KubeObject {
  const annotations = object.metadata.annotations;
  if (!annotations?.[ANNOTATION]) return object;
  const { [ANNOTATION]: _, ...others } = applied.metadata.annotations ?? {};
  const { annotations: stated, ...metadata } = applied.metadata;
  const bare = withManagedFields(
    { ...applied, metadata: stated ? { ...metadata, annotations: others } : metadata },
    undefined,
  );
  const text = `${JSON.stringify(sorted(bare))}\n`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [ANNOTATION]: text } } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
