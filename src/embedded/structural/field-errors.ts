import type { FieldError } from '../strategy.ts';
import { marshalled, numberText, quoted } from './go-text.ts';

/** The refusals of one field, in the words of kube-apiserver. */

/** Stands for a value that a message leaves out. */
export const OMITTED = Symbol('omitted');

function withValue(reason: string, words: string, field: string, value: unknown, detail: string): FieldError {
  const said = value === OMITTED ? words : `${words}: ${valueText(value)}`;
  return { field, reason, message: detail === '' ? said : `${said}: ${detail}` };
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'boolean' ? String(value) : marshalled(value);
}

const plainly = (reason: string, words: string, field: string, detail: string): FieldError => ({
  field,
  reason,
  message: detail === '' ? words : `${words}: ${detail}`,
});

export const invalid = (field: string, value: unknown, detail: string): FieldError =>
  withValue('FieldValueInvalid', 'Invalid value', field, value, detail);

export const typeInvalid = (field: string, value: unknown, detail: string): FieldError =>
  withValue('FieldValueTypeInvalid', 'Invalid value', field, value, detail);

export const duplicate = (field: string, value: unknown): FieldError =>
  withValue('FieldValueDuplicate', 'Duplicate value', field, value, '');

export const required = (field: string, detail = ''): FieldError =>
  plainly('FieldValueRequired', 'Required value', field, detail);

export const forbidden = (field: string, detail: string): FieldError =>
  plainly('FieldValueForbidden', 'Forbidden', field, detail);

export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.map(quoted).join(', ');
  return withValue('FieldValueNotSupported', 'Unsupported value', field, value, `supported values: ${list}`);
}

export function tooLong(field: string, most: number): FieldError {
  return plainly(
    'FieldValueTooLong',
    'Too long',
    field,
    `may not be more than ${most} ${most === 1 ? 'byte' : 'bytes'}`,
  );
}

export function tooMany(field: string, actual: number, most: number): FieldError {
  const detail = `must have at most ${most} ${most === 1 ? 'item' : 'items'}`;
  return withValue('FieldValueTooMany', 'Too many', field, actual, detail);
}

const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** An error after which no CEL rule is evaluated any more. */
export const blocksRules = ({ reason }: FieldError): boolean => BLOCKING.has(reason);

/** Says that an object was refused before its rules were asked. */
export const RULES_NOT_CHECKED: FieldError = invalid(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);
