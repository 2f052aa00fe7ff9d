import type { KubeObject } from '../api/kube.ts';

/** Reduces an object to what is kept of it in the cache. */
export type Projection = (object: KubeObject) => KubeObject;

type Tree = Map<string, Tree>;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Keeps `apiVersion`, `kind`, metadata and the dotted paths of `fields`; a path goes through every item of a list
 * (`status.containerStatuses.state`). Without fields the whole object is kept. managedFields and kubectl's copy of
 * the last applied manifest are never kept.
 */
export function projectionOf(fields?: readonly string[]): Projection {
  if (!fields) return withoutBookkeeping;
  const tree = treeOf(fields);
  return (object) => {
    const { apiVersion, kind, metadata } = withoutBookkeeping(object);
    return { ...(select(object, tree) as object), apiVersion, kind, metadata };
  };
}

/** The projection that serves several readers; undefined (everything) when one of them wants everything. */
export function unionOfFields(
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
): readonly string[] | undefined {
  if (!left || !right) return undefined;
  return [...new Set([...left, ...right])];
}

function treeOf(fields: readonly string[]): Tree {
  const root: Tree = new Map();
  for (const field of fields) {
    let node = root;
    for (const [index, part] of field.split('.').entries()) {
      const known = node.get(part);
      const last = index === field.split('.').length - 1;
      if (known?.size === 0) break;
      if (last) node.set(part, new Map());
      else {
        const next: Tree = known ?? new Map();
        node.set(part, next);
        node = next;
      }
    }
  }
  return root;
}

function select(value: unknown, tree: Tree): unknown {
  if (tree.size === 0) return value;
  if (Array.isArray(value)) return value.map((item) => select(item, tree));
  if (typeof value !== 'object' || value === null) return undefined;
  const result: Record<string, unknown> = {};
  for (const [name, subtree] of tree) {
    const selected = select((value as Record<string, unknown>)[name], subtree);
    if (selected !== undefined) result[name] = selected;
  }
  return result;
}

function withoutBookkeeping(object: KubeObject): KubeObject {
  const metadata = object.metadata as KubeObject['metadata'] & { managedFields?: unknown };
  const lastApplied = metadata.annotations?.[LAST_APPLIED] !== undefined;
  if (metadata.managedFields === undefined && !lastApplied) return object;
  const { managedFields: _, ...kept } = metadata;
  if (!lastApplied) return { ...object, metadata: kept };
  const { [LAST_APPLIED]: __, ...annotations } = metadata.annotations ?? {};
  return { ...object, metadata: { ...kept, annotations } };
}
