import { isObject } from '../../api/json.ts';
import type { ObjectMeta, OwnerReference } from '../../api/kube.ts';
import type { FieldError } from '../strategy.ts';
import { forbidden, invalid, required, tooLong } from './field-errors.ts';
import {
  asPrefix,
  dns1035Problems,
  labelProblems,
  labelValueProblems,
  pathSegmentProblems,
  qualifiedNameProblems,
  subdomainProblems,
} from './names.ts';
import type { SchemaNode } from './schema-node.ts';

const MOST_ANNOTATION_BYTES = 256 * 1024;

/** What is wrong with the metadata of an object that is created. */
export function metadataErrors(
  meta: ObjectMeta,
  namespaced: boolean,
  nameProblems: (name: string, isPrefix: boolean) => readonly string[] = (name, isPrefix) =>
    subdomainProblems(isPrefix ? asPrefix(name) : name),
  path = 'metadata',
): FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (field: string, value: unknown, problems: readonly string[]) => {
    for (const problem of problems) errors.push(invalid(`${path}.${field}`, value, problem));
  };
  if (meta.generateName) refuse('generateName', meta.generateName, nameProblems(meta.generateName, true));
  if (meta.name) refuse('name', meta.name, nameProblems(meta.name, false));
  else errors.push(required(`${path}.name`, 'name or generateName is required'));
  if (namespaced) {
    if (meta.namespace) refuse('namespace', meta.namespace, labelProblems(meta.namespace));
    else errors.push(required(`${path}.namespace`));
  } else if (meta.namespace) {
    errors.push(forbidden(`${path}.namespace`, 'not allowed on this type'));
  }
  if ((meta.generation ?? 0) < 0) refuse('generation', meta.generation, ['must be greater than or equal to 0']);
  return [...errors, ...sharedErrors(meta, path), ...finalizerErrors(meta, path)];
}

/** What is wrong with the labels, annotations and owners of an object that is updated. */
export const metadataUpdateErrors = (meta: ObjectMeta, path = 'metadata'): FieldError[] => sharedErrors(meta, path);

function sharedErrors(meta: ObjectMeta, path: string): FieldError[] {
  return [
    ...labelErrors(meta.labels, `${path}.labels`),
    ...annotationErrors(meta.annotations, `${path}.annotations`),
    ...ownerErrors(meta.ownerReferences, `${path}.ownerReferences`),
  ];
}

function labelErrors(labels: ObjectMeta['labels'], path: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedNameProblems(key).map((problem) => invalid(path, key, problem)),
    ...labelValueProblems(value).map((problem) => invalid(path, value, problem)),
  ]);
}

/** What is wrong with a map of annotations. */
export function annotationErrors(annotations: ObjectMeta['annotations'], path: string): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const problem of qualifiedNameProblems(key.toLowerCase())) errors.push(invalid(path, key, problem));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MOST_ANNOTATION_BYTES) errors.push(tooLong(path, MOST_ANNOTATION_BYTES));
  return errors;
}

function ownerErrors(owners: readonly OwnerReference[] | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  let controller = '';
  for (const owner of owners ?? []) {
    const version = owner.apiVersion.split('/').at(-1) ?? '';
    if (version === '') errors.push(invalid(`${path}.apiVersion`, owner.apiVersion, 'version must not be empty'));
    for (const field of ['kind', 'name', 'uid'] as const) {
      if (!owner[field]) errors.push(invalid(`${path}.${field}`, owner[field], 'must not be empty'));
    }
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
      errors.push(invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (owner.controller !== true) continue;
    const named = `${owner.kind}/${owner.name}`;
    if (controller === '') controller = named;
    else errors.push(invalid(path, owners, twoControllers(controller, named)));
  }
  return errors;
}

const twoControllers = (first: string, second: string): string =>
  `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`;

function finalizerErrors({ finalizers = [] }: ObjectMeta, path: string): FieldError[] {
  const field = `${path}.finalizers`;
  const errors = finalizers.flatMap((name) =>
    qualifiedNameProblems(name).map((problem) => invalid(field, name, problem)),
  );
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}

/** What is wrong with resources that stand inside this one. */
export function embeddedErrors(value: unknown, node: SchemaNode | undefined, path = ''): FieldError[] {
  if (!node?.embeddedBelow) return [];
  if (Array.isArray(value)) return value.flatMap((item, i) => embeddedErrors(item, node.items, `${path}[${i}]`));
  if (!isObject(value)) return [];
  const errors = node.embedded ? resourceErrors(value, path) : [];
  for (const key in value) {
    const property = node.properties.get(key);
    if (property) errors.push(...embeddedErrors(value[key], property, path === '' ? key : `${path}.${key}`));
    else errors.push(...embeddedErrors(value[key], node.additional, `${path}[${key}]`));
  }
  return errors;
}

function resourceErrors(value: Readonly<Record<string, unknown>>, path: string): FieldError[] {
  const { apiVersion, kind } = value;
  const errors: FieldError[] = [];
  if (apiVersion === undefined) errors.push(required(`${path}.apiVersion`));
  if (kind === undefined) errors.push(required(`${path}.kind`));
  if (apiVersion === '') errors.push(invalid(`${path}.apiVersion`, '', 'must not be empty'));
  else if (typeof apiVersion === 'string' && apiVersion.split('/').length > 2) {
    errors.push(invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  }
  if (kind === '') errors.push(invalid(`${path}.kind`, '', 'must not be empty'));
  else if (typeof kind === 'string') {
    const problems = dns1035Problems(kind.toLowerCase());
    const detail = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
    if (problems.length > 0) errors.push(invalid(`${path}.kind`, kind, detail));
  }
  if (isObject(value.metadata)) {
    const meta = value.metadata as ObjectMeta;
    const named = meta.name ? meta : { ...meta, name: 'fakename' };
    errors.push(...metadataErrors(named, Boolean(meta.namespace), pathSegmentProblems, `${path}.metadata`));
  }
  return errors;
}
