import { apiVersionOf, type Kind, type KubeObject, type ObjectMeta } from '../api/kube.ts';
import { timestamp } from '../api/timestamp.ts';
import { ApiError, type ObjectRef } from '../runtime/client.ts';
import { deepEqual } from '../runtime/json.ts';
import { badRequest, conflict, staleVersion } from './errors.ts';
import { drawUid, generatedName, metaUpdateErrors } from './object-meta.ts';
import type { Resource } from './resource.ts';
import type { Strategy, StrategyContext } from './strategy.ts';
import { invalid } from './structural/field-errors.ts';
import { invalidError, metadataErrors } from './structural/index.ts';
import { asPrefix, subdomainProblems } from './structural/names.ts';

export interface DecodeOptions {
  /** What happens to fields that the schema does not know. @default Ignore */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  readonly warn?: (warning: string) => void;
}

/** The object as its kind's schema understands it. Throws 400 for another kind's object or, if strict, unknown fields. */
export function decode(resource: Resource, object: KubeObject, options: DecodeOptions = {}): KubeObject {
  const { kind } = resource;
  const expected = apiVersionOf(kind);
  if (!resource.custom) checkRegistered(kind, object);
  else if (!object.kind) {
    const missing = `Object 'Kind' is missing in '${JSON.stringify(object)}'`;
    if (options.fieldValidation === 'Ignore') {
      const version = JSON.stringify(kind.version);
      throw badRequest(`${kind.kind} in version ${version} cannot be handled as a ${kind.kind}: ${missing}`);
    }
    throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${missing}`);
  }
  if (object.kind !== undefined && object.kind !== kind.kind) {
    throw badRequest(`the kind in the data (${object.kind}) does not match the expected kind (${kind.kind})`);
  }
  const { object: decoded, unknown } = decodedBy(resource, object);
  if (object.apiVersion !== expected && (object.apiVersion !== undefined || resource.custom)) {
    throw badRequest(
      `the API version in the data (${object.apiVersion ?? ''}) does not match the expected API version (${expected})`,
    );
  }
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

/** Types are read before the version is looked at, and a misfit names the version that the object claims. */
function decodedBy(
  { strategy, kind, custom }: Resource,
  object: KubeObject,
): ReturnType<NonNullable<Strategy['decode']>> {
  try {
    return strategy.decode?.(object) ?? { object, unknown: [] };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 400) throw error;
    const { apiVersion = '' } = object;
    const claimed = apiVersion.slice(apiVersion.indexOf('/') + 1);
    const said = error.message.replace(`in version "${kind.version}"`, `in version ${JSON.stringify(claimed)}`);
    throw apiVersion === '' && !custom ? error : new ApiError(error.code, error.reason, said);
  }
}

/** Both faces of Events are registered. */
const EVENT_VERSIONS = new Set(['v1', 'events.k8s.io/v1']);

/** Kubernetes' own types are looked up by what an object says it is. */
function checkRegistered(kind: Kind, { apiVersion = apiVersionOf(kind), kind: name = kind.kind }: KubeObject): void {
  if (apiVersion === apiVersionOf(kind) && name === kind.kind) return;
  if (name === 'Event' && EVENT_VERSIONS.has(apiVersion)) return;
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  throw badRequest(
    `${name} in version ${JSON.stringify(version)} cannot be handled as a ${kind.kind}: no kind ${JSON.stringify(name)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
  );
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
  const { resourceVersion: _version, ...kept } = inScope(resource, given);
  const random = () => context.random();
  const name = given.name || (given.generateName ? generatedName(given.generateName, random) : undefined);
  return compact({
    ...kept,
    ...(name && { name }),
    ...(resource.kind.namespaced && namespace && { namespace }),
    uid: drawUid(random),
    creationTimestamp: timestamp(context.now),
    ...(resource.strategy.generation && { generation: 1 }),
  });
}

/** What belongs to no namespace loses the one that it was given, as in `kubectl apply` of a chart's Namespace. */
function inScope({ kind }: Resource, { namespace, ...rest }: ObjectMeta): ObjectMeta {
  return kind.namespaced && namespace !== undefined ? { ...rest, namespace } : rest;
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
  const merged = { ...next, metadata: updatedMeta(inScope(resource, next.metadata), previous.metadata) };
  const prepared =
    subresource === 'status'
      ? statusOnly(resource, merged, previous, context)
      : mainOnly(resource, merged, previous, context);
  const earlier = metaUpdateErrors(prepared.metadata, previous.metadata, kind.namespaced);
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
  if (!next.resourceVersion) {
    if (resource.unconditionalUpdate ?? !resource.custom) return;
    throw invalidError({ ...kind, kind: kind.plural }, name, [
      invalid('metadata.resourceVersion', 0, 'must be specified for an update'),
    ]);
  }
  if (next.resourceVersion !== previous.resourceVersion) throw staleVersion(kind, name);
}

/**
 * An update that names an identity is meant for no other object.
 * @throws ApiError 409
 */
export function checkUid(
  resource: Resource,
  ref: ObjectRef,
  wanted: string | undefined,
  found = '',
  dryRun = false,
): void {
  if (!wanted || wanted === found) return;
  throw conflict(
    resource.kind,
    ref.name,
    `StorageError: invalid object, Code: 4, Key: ${dryRun ? '' : '/registry'}${storageKey(resource, ref)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`,
  );
}

function storageKey({ table, custom }: Resource, { namespace, name }: ObjectRef): string {
  const [group = '', plural = ''] = table.split('/');
  const folder = custom ? `${group}/${plural}` : plural === 'services' ? 'services/specs' : plural;
  return `/${folder}/${namespace ? `${namespace}/` : ''}${name}`;
}

function updatedMeta(next: ObjectMeta, previous: ObjectMeta): ObjectMeta {
  const { deletionTimestamp = next.deletionTimestamp, generation } = previous;
  const deletionGracePeriodSeconds = next.deletionGracePeriodSeconds ?? previous.deletionGracePeriodSeconds;
  return compact({
    ...next,
    ...(previous.namespace && { namespace: previous.namespace }),
    ...(previous.uid && { uid: next.uid || previous.uid }),
    ...(previous.creationTimestamp && { creationTimestamp: previous.creationTimestamp }),
    ...(previous.resourceVersion && { resourceVersion: previous.resourceVersion }),
    generation: generation as number,
    deletionTimestamp: deletionTimestamp as string,
    deletionGracePeriodSeconds: deletionGracePeriodSeconds as number,
  });
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
