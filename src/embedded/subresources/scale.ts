import type { KubeObject } from '../../api/kube.ts';
import { noSuchResource, staleVersion } from '../errors.ts';
import { invalid } from '../structural/field-errors.ts';
import { invalidError } from '../structural/index.ts';
import type { Subresource } from './subresource.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Scale extends KubeObject {
  readonly spec?: { readonly replicas?: number };
}

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale', plural: 'scales', namespaced: true };

/** The number of replicas of a custom resource that says where it keeps it. */
export const scale: Subresource = {
  name: 'scale',
  get({ server, resource, ref }): KubeObject {
    const paths = resource.scale;
    if (!paths) throw noSuchResource();
    const object = server.get(resource.kind, ref);
    const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
    const selector = paths.labelSelectorPath && read(object, paths.labelSelectorPath);
    return {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
      spec: { replicas: read(object, paths.specReplicasPath) ?? 0 },
      status: { replicas: read(object, paths.statusReplicasPath) ?? 0, ...(selector !== undefined && { selector }) },
    } as KubeObject;
  },
  replace(write): KubeObject {
    const { server, resource, ref, request } = write;
    const paths = resource.scale;
    if (!paths) throw noSuchResource();
    const { metadata, spec } = write.body as Scale;
    const object = server.get(resource.kind, ref);
    const { resourceVersion } = object.metadata;
    if (metadata?.resourceVersion && metadata.resourceVersion !== resourceVersion)
      throw staleVersion(resource.kind, ref.name);
    const replicas = spec?.replicas ?? 0;
    if (replicas < 0)
      throw invalidError(SCALE, ref.name, [invalid('spec.replicas', replicas, 'must be greater than or equal to 0')]);
    const changed = withValue(object, split(paths.specReplicasPath), replicas);
    const { subresource: _, ...main } = request;
    server.replace(resource.kind, ref, changed as KubeObject, main);
    return scale.get?.(write) as KubeObject;
  },
};

const split = (path: string): readonly string[] => path.replace(/^\./, '').split('.');

const read = (object: KubeObject, path: string): unknown =>
  split(path).reduce<unknown>((at, key) => (at as Fields | undefined)?.[key], object);

function withValue(object: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const fields = (object ?? {}) as Fields;
  return { ...fields, [key]: withValue(fields[key], rest, value) };
}
