import type { KubeObject } from '../../../api/kube.ts';
import { type Resource, resourceId } from '../../resource.ts';
import { BUILTIN_COLUMNS } from './builtin-columns.ts';
import { AGE, type Column, customColumns, NAME } from './columns.ts';

/** What a row brings along of its object. */
export type IncludedObject = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  /** @default 'Metadata' */
  readonly includeObject?: IncludedObject;
  /** A client that has them already is not told again. @default true */
  readonly headers?: boolean;
  /** Milliseconds since the epoch; ages are counted from there. */
  readonly now: number;
}

const custom = new WeakMap<Resource, readonly Column[]>();

export function columnsOf(resource: Resource): readonly Column[] {
  const known = custom.get(resource);
  if (known) return known;
  const columns = resource.columns
    ? customColumns(resource.columns)
    : (BUILTIN_COLUMNS[resourceId(resource.kind)] ?? [NAME, AGE]);
  custom.set(resource, columns);
  return columns;
}

/** Objects as `kubectl get` prints them. `metadata` is that of the list, or of the object alone. */
export function tableOf(
  resource: Resource,
  objects: readonly KubeObject[],
  metadata: object,
  { includeObject = 'Metadata', headers = true, now }: TableOptions,
): object {
  const columns = columnsOf(resource);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: headers ? columns.map(definitionOf) : [],
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, now)),
      ...(includeObject !== 'None' && { object: includeObject === 'Object' ? object : metadataOf(object) }),
    })),
  };
}

const definitionOf = ({ name, type, format = '', description = '', priority = 0 }: Column): object => ({
  name,
  type,
  format,
  description,
  priority,
});

/** An object without all but its metadata. */
export const metadataOf = ({ metadata }: KubeObject): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});
