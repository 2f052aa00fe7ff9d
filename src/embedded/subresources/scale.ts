import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { ApiError } from '../../runtime/client.ts';
import { badRequest, noSuchResource } from '../errors.ts';
import { type ManagedFieldsEntry, managedFieldsOf } from '../patch/index.ts';
import { invalid } from '../structural/field-errors.ts';
import { invalidError } from '../structural/index.ts';
import type { Subresource } from './subresource.ts';

interface Scale extends KubeObject {
  readonly spec?: { readonly replicas?: unknown };
}

/** The number of replicas of a custom resource that says where it keeps it. */
export const scale: Subresource = {
  name: 'scale',
  get({ server, resource, ref }): KubeObject {
    const paths = resource.scale;
    if (!paths) throw noSuchResource();
    const object = server.get(resource.kind, ref);
    if (read(object, paths.specReplicasPath) === undefined) {
      const field = JSON.stringify(paths.specReplicasPath);
      throw new ApiError(
        500,
        'InternalError',
        `Internal error occurred: the spec replicas field ${field} does not exist`,
      );
    }
    return scaleOf(object, paths);
  },
  current({ server, resource, ref }): KubeObject {
    if (!resource.scale) throw noSuchResource();
    return scaleOf(server.get(resource.kind, ref), resource.scale);
  },
  replace({ server, resource, ref, body, request, patched }): KubeObject {
    const paths = resource.scale;
    if (!paths) throw noSuchResource();
    const { metadata, spec = {} } = body as Scale;
    const replicas = spec.replicas ?? 0;
    if (typeof replicas !== 'number') {
      if (patched)
        throw invalidError({ group: '', kind: '' }, '', [
          invalid('patch', JSON.stringify(body), 'json: cannot unmarshal spec.replicas'),
        ]);
      throw badRequest('no kind is registered for the type v1.Scale in scheme "pkg/runtime/scheme.go:111"');
    }
    const object = server.get(resource.kind, ref);
    const resourceVersion = metadata?.resourceVersion || object.metadata.resourceVersion || '';
    const changed = withValue(object, split(paths.specReplicasPath), replicas) as KubeObject;
    const { subresource: _, ...main } = request;
    const next = { ...changed, metadata: { ...changed.metadata, resourceVersion } };
    const untracked = !isOwned(object, split(paths.specReplicasPath));
    const write = { ...main, managersSubresource: 'scale', untracked };
    return scaleOf(server.replaceDecoded(resource.kind, ref, next, write), paths);
  },
};

/** Whether somebody owns a field; a scale that nobody owned, nobody comes to own. */
function isOwned(object: KubeObject, path: readonly string[]): boolean {
  const entries = (managedFieldsOf(object) ?? []) as readonly ManagedFieldsEntry[];
  return entries.some(
    ({ fieldsV1 }) => path.reduce<unknown>((at, key) => (at as JsonObject)?.[`f:${key}`], fieldsV1) !== undefined,
  );
}

function scaleOf(
  object: KubeObject,
  paths: {
    readonly specReplicasPath: string;
    readonly statusReplicasPath: string;
    readonly labelSelectorPath?: string;
  },
): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = read(object, paths.specReplicasPath);
  const selector = paths.labelSelectorPath && read(object, paths.labelSelectorPath);
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas ? { replicas } : {},
    status: { replicas: read(object, paths.statusReplicasPath) ?? 0, ...(selector ? { selector } : {}) },
  } as KubeObject;
}

const split = (path: string): readonly string[] => path.replace(/^\./, '').split('.');

const read = (object: KubeObject, path: string): unknown =>
  split(path).reduce<unknown>((at, key) => (at as JsonObject | undefined)?.[key], object);

function withValue(object: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const fields = (object ?? {}) as JsonObject;
  return { ...fields, [key]: withValue(fields[key], rest, value) };
}
