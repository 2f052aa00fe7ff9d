import type { KubeObject, ObjectMeta } from '../api/kube.ts';
import { timestamp } from '../api/timestamp.ts';
import type { ObjectRef } from '../runtime/client.ts';
import { deepEqual } from '../runtime/json.ts';
import { conflict, staleVersion } from './errors.ts';
import { drawUid, generatedName, metaUpdateErrors } from './object-meta.ts';
import type { Resource } from './resource.ts';
import type { StrategyContext } from './strategy.ts';
import { invalid } from './structural/field-errors.ts';
import { invalidError, metadataErrors } from './structural/index.ts';
import { asPrefix, subdomainProblems } from './structural/names.ts';

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
