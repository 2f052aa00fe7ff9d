import type { ScaleSubresource } from '../../api/crd.ts';
import { isObject } from '../../api/json.ts';
import type { FieldError } from '../strategy.ts';
import { invalid } from './field-errors.ts';
import { isInt64, valueText } from './go-text.ts';

const MOST_REPLICAS = 2 ** 31 - 1;

interface Found {
  readonly value?: unknown;
  readonly problem?: string;
}

/** What the scale subresource reads must be whole and not negative. */
export function scaleErrors(object: object, scale: ScaleSubresource | undefined, statusOnly: boolean): FieldError[] {
  if (!scale) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return [
    ...(statusOnly ? [] : replicaErrors(object, specReplicasPath)),
    ...replicaErrors(object, statusReplicasPath),
    ...(labelSelectorPath ? selectorErrors(object, labelSelectorPath) : []),
  ];
}

function replicaErrors(object: object, path: string): FieldError[] {
  const { value, problem } = find(object, path);
  if (problem !== undefined) return [invalid(path, 0, problem)];
  if (value === undefined) return [];
  if (typeof value !== 'number' || !isInt64(value)) return [invalid(path, 0, mismatch(path, value, 'int64'))];
  if (value < 0) return [invalid(path, value, 'should be a non-negative integer')];
  return value > MOST_REPLICAS ? [invalid(path, value, `should be less than or equal to ${MOST_REPLICAS}`)] : [];
}

function selectorErrors(object: object, path: string): FieldError[] {
  const { value, problem } = find(object, path);
  if (problem !== undefined) return [invalid(path, '', problem)];
  return value === undefined || typeof value === 'string' ? [] : [invalid(path, '', mismatch(path, value, 'string'))];
}

function find(object: object, path: string): Found {
  let value: unknown = object;
  let walked = '';
  for (const name of path.replace(/^\./, '').split('.')) {
    walked += `.${name}`;
    if (value === null) return {};
    if (!isObject(value)) return { problem: mismatch(walked, value, 'map[string]interface{}') };
    if (!Object.hasOwn(value, name)) return {};
    value = value[name];
  }
  return { value };
}

const mismatch = (path: string, value: unknown, type: string): string =>
  `.${path.replace(/^\./, '')} accessor error: ${valueText(value)} is of the type ${goType(value)}, expected ${type}`;

function goType(value: unknown): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return isInt64(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return '[]interface {}';
  return typeof value === 'string' ? 'string' : 'map[string]interface {}';
}
