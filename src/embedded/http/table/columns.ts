import type { PrinterColumn } from '../../../api/crd.ts';
import { type JsonObject, objectOf } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/kube.ts';
import { age } from './duration.ts';
import { jsonPath } from './json-path.ts';

/** A column of a table of objects. */
export interface Column {
  readonly name: string;
  /** As OpenAPI names types; `name` marks the column that a client may print alone. */
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** Above 0: only with `-o wide`. */
  readonly priority?: number;
  readonly cell: (object: KubeObject, now: number) => unknown;
}

export const specOf = (object: KubeObject): JsonObject => objectOf(object.spec);

export const statusOf = (object: KubeObject): JsonObject => objectOf(object.status);

export const textOf = (value: unknown, absent = ''): string =>
  value === undefined || value === null || value === '' ? absent : String(value);

export const text = (name: string, cell: Column['cell'], priority = 0): Column => ({
  name,
  type: 'string',
  priority,
  cell,
});

export const integer = (name: string, cell: Column['cell'], priority = 0): Column => ({
  name,
  type: 'integer',
  priority,
  cell,
});

export const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  cell: ({ metadata }) => metadata.name ?? '',
};

export const AGE: Column = text('Age', ({ metadata }, now) => age(metadata.creationTimestamp, now));

export const CREATED_AT: Column = {
  name: 'Created At',
  type: 'date',
  description: 'When the object was made.',
  cell: ({ metadata }) => metadata.creationTimestamp ?? '',
};

/** `a=b,c=d`, or `<none>`. */
export function pairs(map: unknown): string {
  const entries = Object.entries(objectOf(map)).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, value]) => `${key}=${value}`).join(',') || '<none>';
}

/** The columns of a custom resource. */
export function customColumns(columns: readonly PrinterColumn[]): readonly Column[] {
  return [NAME, ...columns.map(customColumn)];
}

function customColumn({ name, type, jsonPath: path, priority = 0 }: PrinterColumn): Column {
  const find = jsonPath(path);
  return {
    name,
    type,
    priority,
    cell: (object, now) => {
      const found = find?.(object) ?? [];
      return found.length === 0 ? emptyCell(type) : cellOf(type, found, now);
    },
  };
}

const emptyCell = (type: PrinterColumn['type']): unknown =>
  type === 'date' ? '<unknown>' : type === 'string' ? '' : null;

/** A value that is not of its column's type is not shown; of several strings each is. */
function cellOf(type: PrinterColumn['type'], found: readonly unknown[], now: number): unknown {
  const [first] = found;
  switch (type) {
    case 'date':
      return age(first, now);
    case 'integer':
      return typeof first === 'number' ? Math.trunc(first) : null;
    case 'number':
      return typeof first === 'number' ? first : null;
    case 'boolean':
      return typeof first === 'boolean' ? first : null;
    default:
      return found.length === 1 ? plain(first) : JSON.stringify(found);
  }
}

const plain = (value: unknown): string =>
  value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
