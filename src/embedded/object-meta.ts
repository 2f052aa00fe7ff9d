import type { Kind, KubeObject, ObjectMeta } from '../api/kube.ts';
import type { FieldError } from './strategy.ts';
import { forbidden, invalid, required } from './structural/field-errors.ts';

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const LONGEST_BASE = 63 - SUFFIX_LENGTH;

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

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const DNS1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const DNS1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const QUALIFIED_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const MOST_ANNOTATION_BYTES = 256 * 1024;

const atMost = (length: number): string => `must be no more than ${length} characters`;

function check(text: string, pattern: RegExp, rule: string, longest: number): string[] {
  return [...(text.length > longest ? [atMost(longest)] : []), ...(pattern.test(text) ? [] : [rule])];
}

export const subdomainProblems = (name: string): string[] => check(name, SUBDOMAIN, SUBDOMAIN_RULE, 253);
export const labelProblems = (name: string): string[] => check(name, LABEL, LABEL_RULE, 63);
export const dns1035Problems = (name: string): string[] => check(name, DNS1035, DNS1035_RULE, 63);
/** RBAC's names may hold anything but `/` and `%`. */
export const pathSegmentProblems = (name: string): string[] => {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`);
};

/** `prefix/name`, the form of label and annotation keys and of finalizers. */
export function qualifiedNameProblems(text: string): string[] {
  const parts = text.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`.replace(
        'valid label key',
        'qualified name',
      ),
    ];
  }
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const problems: string[] = [];
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined) problems.push(...subdomainProblems(prefix).map((problem) => `prefix part ${problem}`));
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${atMost(63)}`);
  if (!QUALIFIED.test(name)) problems.push(QUALIFIED_RULE);
  return problems;
}

/** What is wrong with the metadata every object has. */
export function validateObjectMeta(
  kind: Kind,
  object: KubeObject,
  nameProblems: (name: string) => readonly string[],
): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  if (metadata.generateName && !metadata.name) {
    for (const problem of nameProblems(`${metadata.generateName.replace(/[-.]$/, '')}`)) {
      errors.push(invalid('metadata.generateName', metadata.generateName, problem));
    }
  }
  if (!metadata.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else for (const problem of nameProblems(metadata.name)) errors.push(invalid('metadata.name', metadata.name, problem));
  if (kind.namespaced && !metadata.namespace) errors.push(required('metadata.namespace'));
  errors.push(
    ...labelErrors(metadata),
    ...annotationErrors(metadata),
    ...ownerErrors(metadata),
    ...finalizerErrors(metadata),
  );
  return errors;
}

export function labelErrors({ labels = {} }: ObjectMeta, path = 'metadata.labels'): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameProblems(key).map((problem) => invalid(path, key, problem)),
    ...(value.length > 63 ? [invalid(path, value, atMost(63))] : []),
    ...(value !== '' && !QUALIFIED.test(value) ? [invalid(path, value, LABEL_VALUE_RULE)] : []),
  ]);
}

function annotationErrors({ annotations = {} }: ObjectMeta): FieldError[] {
  const errors = Object.keys(annotations).flatMap((key) =>
    qualifiedNameProblems(key.toLowerCase()).map((problem) => invalid('metadata.annotations', key, problem)),
  );
  const bytes = Object.entries(annotations).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (bytes <= MOST_ANNOTATION_BYTES) return errors;
  return [
    ...errors,
    {
      field: 'metadata.annotations',
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${MOST_ANNOTATION_BYTES} bytes`,
    },
  ];
}

function ownerErrors({ ownerReferences = [] }: ObjectMeta): FieldError[] {
  const errors = ownerReferences.flatMap((owner, index) => {
    const path = `metadata.ownerReferences[${index}]`;
    return [
      ...(owner.apiVersion ? [] : [invalid(`${path}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty')]),
      ...(owner.kind ? [] : [invalid(`${path}.kind`, owner.kind ?? '', 'must not be empty')]),
      ...(owner.name ? [] : [invalid(`${path}.name`, owner.name ?? '', 'must not be empty')]),
      ...(owner.uid ? [] : [invalid(`${path}.uid`, owner.uid ?? '', 'must not be empty')]),
    ];
  });
  const controllers = ownerReferences.filter(({ controller }) => controller === true);
  const [first, second] = controllers;
  if (first && second) {
    errors.push(
      invalid(
        'metadata.ownerReferences',
        ownerReferences,
        `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`,
      ),
    );
  }
  return errors;
}

function finalizerErrors({ finalizers = [] }: ObjectMeta): FieldError[] {
  return finalizers.flatMap((finalizer) =>
    qualifiedNameProblems(finalizer).map((problem) => invalid('metadata.finalizers', finalizer, problem)),
  );
}

/** Metadata that nobody may change once it is set, and finalizers that come too late. */
export function validateMetaUpdate(next: ObjectMeta, previous: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  if (previous.deletionTimestamp !== undefined) {
    const known = new Set(previous.finalizers);
    const added = (next.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
    if (added.length > 0) {
      const names = added.map((name) => JSON.stringify(name)).join(', ');
      errors.push(
        forbidden(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`,
        ),
      );
    }
  }
  return errors;
}
