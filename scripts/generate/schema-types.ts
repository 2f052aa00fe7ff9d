import type { StructuralSchema } from '../../src/api/index.ts';
import { validationsOf } from './validations.ts';

/** TypeScript interfaces for the object schemas of one API group. */
export interface SchemaTypes {
  /** The expression that names a schema's type; declares interfaces as needed. */
  typeOf(schema: StructuralSchema, path: readonly string[]): string;
  /** Every interface declared so far, in order of first use. */
  declarations(): string[];
}

/**
 * Equal schemas share one interface. An interface is called after its field; when that name is taken by another schema,
 * the fields above it are put in front until the name is free.
 */
export function schemaTypes(reserved: Iterable<string>): SchemaTypes {
  const names = new Map<string, string>();
  const taken = new Set(reserved);
  const bodies = new Map<string, string>();

  const typeOf = (schema: StructuralSchema, path: readonly string[]): string => {
    if (schema['x-kubernetes-int-or-string']) return 'number | string';
    switch (schema.type) {
      case 'string':
        return schema.enum ? schema.enum.map((value) => JSON.stringify(value)).join(' | ') : 'string';
      case 'integer':
      case 'number':
        return 'number';
      case 'boolean':
        return 'boolean';
      case 'array':
        return `readonly ${wrapped(typeOf(schema.items ?? {}, path))}[]`;
      case 'object':
        return objectType(schema, path);
      default:
        return 'unknown';
    }
  };

  const objectType = (schema: StructuralSchema, path: readonly string[]): string => {
    if (typeof schema.additionalProperties === 'object') {
      return `Readonly<Record<string, ${typeOf(schema.additionalProperties, path)}>>`;
    }
    if (!schema.properties || Object.keys(schema.properties).length === 0) return 'Readonly<Record<string, unknown>>';
    const key = JSON.stringify(schema);
    const known = names.get(key);
    if (known) return known;
    const name = freeName(path, taken);
    names.set(key, name);
    taken.add(name);
    bodies.set(name, '');
    bodies.set(name, interfaceOf(name, schema, path));
    return name;
  };

  const interfaceOf = (name: string, schema: StructuralSchema, path: readonly string[]): string => {
    const required = new Set(schema.required);
    const members = Object.entries(schema.properties ?? {}).map(([field, child]) => {
      const optional = required.has(field) ? '' : '?';
      return `${docOf(child)}  readonly ${field}${optional}: ${typeOf(child, [...path, field])};`;
    });
    if (schema['x-kubernetes-preserve-unknown-fields']) members.push('  readonly [field: string]: unknown;');
    return `export interface ${name} {\n${members.join('\n')}\n}`;
  };

  return { typeOf, declarations: () => [...bodies.values()] };
}

function docOf(schema: StructuralSchema): string {
  const lines = validationsOf(schema);
  if (schema.default !== undefined) lines.push(`@default ${JSON.stringify(schema.default)}`);
  if (lines.length === 0) return '';
  if (lines.length === 1) return `  /** ${lines[0]} */\n`;
  return `  /**\n${lines.map((line) => `   * ${line}`).join('\n')}\n   */\n`;
}

function freeName(path: readonly string[], taken: ReadonlySet<string>): string {
  for (let length = 1; length <= path.length; length++) {
    const name = path.slice(-length).map(pascal).join('');
    if (!taken.has(name)) return name;
  }
  throw new Error(`No free name for the schema at ${path.join('.')}: two kinds of a group share a name`);
}

function pascal(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function wrapped(type: string): string {
  return type.includes(' ') ? `(${type})` : type;
}
