import { apiVersionOf, type KubeObject, type ObjectMeta } from '../api/kube.ts';
import { deepEqual } from '../runtime/json.ts';
import { badRequest, conflict, staleVersion } from './errors.ts';
import { instantText } from './instant.ts';
import { drawUid, generatedName, validateMetaUpdate } from './object-meta.ts';
import type { Resource } from './resource.ts';
import type { FieldError, StrategyContext } from './strategy.ts';
import { invalid } from './structural/field-errors.ts';
import { invalidError, metadataErrors, metadataUpdateErrors } from './structural/index.ts';
import { asPrefix, subdomainProblems } from './structural/names.ts';

export interface DecodeOptions {
  /** What happens to fields that the schema does not know. @default Ignore */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  readonly warn?: (warning: string) => void;
}

/** The object as its kind's schema understands it. Throws 400 for another kind's object or, if strict, unknown fields. */
export function decode(resource: Resource, object: KubeObject, options: DecodeOptions = {}): KubeObject {
  const { kind, strategy } = resource;
  const expected = apiVersionOf(kind);
  if (object.apiVersion !== undefined && object.apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (object.kind !== undefined && object.kind !== kind.kind) {
    throw badRequest(`the kind in the data (${object.kind}) does not match the expected kind (${kind.kind})`);
  }
  const { object: decoded, unknown } = strategy.decode?.(object) ?? { object, unknown: [] };
  if (unknown.length > 0 && options.fieldValidation === 'Strict') {
    const said = unknown.map((path) => `unknown field ${JSON.stringify(path)}`).join(', ');
    throw badRequest(
      `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}: strict decoding error: ${said}`,
    );
  }
  if (options.fieldValidation === 'Warn')
    for (const path of unknown) options.warn?.(`unknown field ${JSON.stringify(path)}`);
  return { ...decoded, apiVersion: expected, kind: kind.kind, metadata: decoded.metadata ?? {} };
}

/** The object as it is stored first. `object` is decoded. */
export function prepareCreate(
  resource: Resource,
  object: KubeObject,
  namespace: string | undefined,
  context: StrategyContext,
): KubeObject {
  const { strategy, kind } = resource;
  const named = { ...object, metadata: newMeta(resource, object.metadata, namespace, context) };
  const prepared = strategy.prepareForCreate?.(named, context) ?? named;
  const earlier = metadataErrors(prepared.metadata, kind.namespaced, nameRule(resource));
  const errors = strategy.validate?.(prepared, undefined, earlier) ?? earlier;
  if (errors.length > 0) throw invalidError(errorKind(resource), prepared.metadata.name ?? '', errors);
  return prepared;
}

/** Errors name the group in which a kind is stored. */
const errorKind = ({ kind, table }: Resource) => ({ ...kind, group: table.slice(0, table.indexOf('/')) });

/** How names of a kind are judged; what stands before a generated suffix may end in a dash. */
function nameRule({ strategy }: Resource): (name: string, isPrefix: boolean) => readonly string[] {
  const problems = strategy.validateName ?? subdomainProblems;
  return (name, isPrefix) => problems(isPrefix ? asPrefix(name) : name);
}

function newMeta(
  resource: Resource,
  given: ObjectMeta,
  namespace: string | undefined,
  context: StrategyContext,
): ObjectMeta {
  const {
    deletionTimestamp: _timestamp,
    deletionGracePeriodSeconds: _grace,
    generation: _generation,
    resourceVersion: _version,
    ...kept
  } = given;
  const random = () => context.random();
  const name = given.name || (given.generateName ? generatedName(given.generateName, random) : undefined);
  return compact({
    ...kept,
    ...(name && { name }),
    ...(resource.kind.namespaced && namespace && { namespace }),
    uid: drawUid(random),
    creationTimestamp: instantText(context.now),
    ...(resource.strategy.generation && { generation: 1 }),
  });
}

/** Empty maps and lists of metadata are stored as absent. */
function compact(metadata: ObjectMeta): ObjectMeta {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(metadata)) {
    if (value === undefined || value === null || value === '') continue;
    if (typeof value === 'object' && Object.keys(value).length === 0) continue;
    kept[key] = value;
  }
  return kept as ObjectMeta;
}

/** The object an update comes to; the very `previous` when it changes nothing. `next` is decoded. */
export function prepareUpdate(
  resource: Resource,
  next: KubeObject,
  previous: KubeObject,
  subresource: string | undefined,
  context: StrategyContext,
): KubeObject {
  const { strategy, kind } = resource;
  checkVersion(resource, next.metadata, previous.metadata);
  const merged = { ...next, metadata: updatedMeta(next.metadata, previous.metadata) };
  const prepared =
    subresource === 'status'
      ? statusOnly(resource, merged, previous, context)
      : mainOnly(resource, merged, previous, context);
  const earlier = [
    ...metaUpdateErrors(next.metadata, previous.metadata),
    ...validateMetaUpdate(prepared.metadata, previous.metadata),
    ...(resource.custom || subresource !== undefined
      ? metadataUpdateErrors(prepared.metadata)
      : metadataErrors(prepared.metadata, kind.namespaced, nameRule(resource))),
  ];
  const errors =
    (subresource === 'status'
      ? strategy.validateStatus?.(prepared, previous, earlier)
      : strategy.validate?.(prepared, previous, earlier)) ?? earlier;
  if (errors.length > 0) throw invalidError(errorKind(resource), previous.metadata.name ?? '', errors);
  return deepEqual(prepared, previous) ? previous : prepared;
}

function checkVersion(resource: Resource, next: ObjectMeta, previous: ObjectMeta): void {
  const { kind } = resource;
  const name = previous.name ?? '';
  if (next.uid && next.uid !== previous.uid) {
    throw conflict(
      kind,
      name,
      `StorageError: invalid object, Code: 4, Key: ${storageKey(resource, previous)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${next.uid}, UID in object meta: ${previous.uid}`,
    );
  }
  if (!next.resourceVersion) {
    if (resource.unconditionalUpdate ?? !resource.custom) return;
    throw invalidError(kind, name, [invalid('metadata.resourceVersion', 0, 'must be specified for an update')]);
  }
  if (next.resourceVersion !== previous.resourceVersion) throw staleVersion(kind, name);
}

function storageKey({ kind, custom }: Resource, { namespace, name }: ObjectMeta): string {
  const folder = custom ? `${kind.group}/${kind.plural}` : kind.plural;
  return `/registry/${folder}/${namespace ? `${namespace}/` : ''}${name}`;
}

function updatedMeta(next: ObjectMeta, previous: ObjectMeta): ObjectMeta {
  const { deletionTimestamp, deletionGracePeriodSeconds, generation, generateName } = previous;
  return compact({
    ...next,
    ...(previous.name && { name: previous.name }),
    ...(previous.namespace && { namespace: previous.namespace }),
    ...(previous.uid && { uid: previous.uid }),
    ...(previous.creationTimestamp && { creationTimestamp: previous.creationTimestamp }),
    ...(previous.resourceVersion && { resourceVersion: previous.resourceVersion }),
    ...((next.generateName ?? generateName) && { generateName: next.generateName ?? generateName ?? '' }),
    generation: generation as number,
    deletionTimestamp: deletionTimestamp as string,
    deletionGracePeriodSeconds: deletionGracePeriodSeconds as number,
  });
}

function metaUpdateErrors(next: ObjectMeta, previous: ObjectMeta): FieldError[] {
  if (next.deletionTimestamp === undefined || previous.deletionTimestamp !== undefined) return [];
  return [
    invalid(
      'metadata.deletionTimestamp',
      next.deletionTimestamp,
      'field is immutable; may only be changed via deletion',
    ),
  ];
}

function statusOnly(resource: Resource, next: KubeObject, previous: KubeObject, context: StrategyContext): KubeObject {
  if (resource.strategy.prepareForStatusUpdate)
    return resource.strategy.prepareForStatusUpdate(next, previous, context);
  const { status: _, ...rest } = previous;
  const kept = { ...rest, metadata: withManagers(previous.metadata, next.metadata) };
  return next.status === undefined ? kept : { ...kept, status: next.status };
}

function mainOnly(resource: Resource, next: KubeObject, previous: KubeObject, context: StrategyContext): KubeObject {
  const { status: _, ...rest } = next;
  const kept = !resource.statusSubresource
    ? next
    : previous.status === undefined
      ? rest
      : { ...rest, status: previous.status };
  const prepared = resource.strategy.prepareForUpdate?.(kept, previous, context) ?? kept;
  if (!resource.strategy.generation || !contentChanged(resource, prepared, previous)) return prepared;
  return { ...prepared, metadata: { ...prepared.metadata, generation: (previous.metadata.generation ?? 0) + 1 } };
}

function contentChanged(resource: Resource, next: KubeObject, previous: KubeObject): boolean {
  if (resource.strategy.generation === 'spec') return !deepEqual(next.spec, previous.spec);
  return (
    !deepEqual(
      { ...next, metadata: undefined, status: undefined },
      { ...previous, metadata: undefined, status: undefined },
    ) ||
    (!resource.statusSubresource && !deepEqual(next.status, previous.status))
  );
}

type Managed = ObjectMeta & { readonly managedFields?: readonly unknown[] };

function withManagers(kept: Managed, from: Managed): ObjectMeta {
  const { managedFields: _, ...rest } = kept;
  return from.managedFields ? ({ ...rest, managedFields: from.managedFields } as ObjectMeta) : rest;
}
