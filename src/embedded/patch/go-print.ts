import { isObject } from '../../api/json.ts';
import { isList } from './values.ts';

/** How Go prints a JSON value with `%v`; the server's messages hold such texts. */
export function printGoValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (isList(value)) return `[${value.map(printGoValue).join(' ')}]`;
  if (!isObject(value)) return String(value);
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${printGoValue(value[key])}`).join(' ')}]`;
}

/** How Go prints a JSON value with `%#v`. */
export function printGoSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (typeof value === 'string') return JSON.stringify(value);
  if (isList(value)) return `[]interface {}{${value.map(printGoSyntax).join(', ')}}`;
  if (!isObject(value)) return String(value);
  const keys = Object.keys(value).sort();
  const pairs = keys.map((key) => `${JSON.stringify(key)}:${printGoSyntax(value[key])}`);
  return `map[string]interface {}{${pairs.join(', ')}}`;
}

/** How Go prints the type of a JSON value. */
export function printGoType(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (isList(value)) return '[]interface {}';
  return isObject(value) ? 'map[string]interface {}' : '<nil>';
}
