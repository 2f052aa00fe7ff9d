import { isInt64 } from './go-text.ts';
import type { SchemaNode } from './schema-node.ts';

/** Numbers as validation of schemas judges them. */

const MOST_EXACT = 2 ** 53 - 1;
const EPSILON = 1e-9;
const INT32 = 2 ** 31;
const MOST_FLOAT32 = 3.4028235677973366e38;

/** Whole, or so close that validation takes it for whole. */
export function isWholeNumber(value: number): boolean {
  if (!Number.isFinite(value) || value < -MOST_EXACT - 1 || value > MOST_EXACT) return false;
  const whole = Math.trunc(value);
  if (value === whole) return true;
  if (value < 0 || whole === 0) return false;
  return Math.abs(value - whole) / (Math.abs(value) + Math.abs(whole)) < EPSILON;
}

/** Whether the number can be held by the schema's type and format. */
export function fitsFormat(value: number, { types, checkedFormat }: SchemaNode): boolean {
  if (types.length !== 1) return true;
  if (types[0] === 'integer') {
    if (!isInt64(value)) return false;
    return checkedFormat !== 'int32' || (value >= -INT32 && value < INT32);
  }
  return types[0] !== 'number' || checkedFormat !== 'float' || Math.abs(value) < MOST_FLOAT32;
}

/** An int is compared with the whole part of a bound. */
export const boundFor = (value: number, bound: number): number => (isInt64(value) ? Math.trunc(bound) : bound);

export function isMultipleOf(value: number, factor: number): boolean {
  if (isInt64(value)) {
    const whole = Math.trunc(factor);
    return whole > 0 && value % whole === 0;
  }
  return isMultipleOfFloat(value, factor);
}

export function isMultipleOfFloat(value: number, factor: number): boolean {
  return factor > 0 && isWholeNumber(factor < 1 ? (1 / factor) * value : value / factor);
}
