import type { ObjectMeta } from '../api/kube.ts';
import type { FieldError } from './strategy.ts';
import { forbidden, invalid } from './structural/field-errors.ts';
import { metadataErrors, metadataUpdateErrors } from './structural/index.ts';
import { pathSegmentProblems } from './structural/names.ts';

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
/** What a generated name keeps of its base. */
export const LONGEST_BASE = 63 - SUFFIX_LENGTH;

/** A name from `generateName`, as kube-apiserver draws it. */
export function generatedName(base: string, random: () => number): string {
  let suffix = '';
  for (let i = 0; i < SUFFIX_LENGTH; i++) suffix += SUFFIX_LETTERS[Math.floor(random() * SUFFIX_LETTERS.length)];
  return base.slice(0, LONGEST_BASE) + suffix;
}

/** A version 4 UUID. */
export function drawUid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16));
  digits[12] = 4;
  digits[16] = 8 + ((digits[16] ?? 0) % 4);
  const hex = digits.map((digit) => digit.toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const IMMUTABLE = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** What is wrong with the metadata of an update, of whatever kind. */
export function metaUpdateErrors(next: ObjectMeta, previous: ObjectMeta, namespaced: boolean): readonly FieldError[] {
  const changed = IMMUTABLE.filter((field) => next[field] !== previous[field]);
  return [
    ...metadataErrors(next, namespaced, pathSegmentProblems),
    ...lateFinalizers(next, previous),
    ...changed.map((field) => invalid(`metadata.${field}`, next[field] ?? null, 'field is immutable')),
    ...metadataUpdateErrors(next),
  ];
}

function lateFinalizers(next: ObjectMeta, previous: ObjectMeta): readonly FieldError[] {
  if (previous.deletionTimestamp === undefined) return [];
  const known = new Set(previous.finalizers);
  const added = (next.finalizers ?? []).filter((finalizer) => !known.has(finalizer)).sort();
  if (added.length === 0) return [];
  const names = added.map((name) => JSON.stringify(name)).join(', ');
  return [
    forbidden(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`,
    ),
  ];
}
