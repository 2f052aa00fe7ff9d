import { apiVersionOf, type KubeObject } from '../api/kube.ts';
import type { Instant } from '../runtime/environment.ts';
import { resetFields, trackUpdate } from './patch/index.ts';
import type { Resource } from './resource.ts';

export interface ManagedWrite {
  readonly manager: string;
  readonly now: Instant;
  readonly subresource?: string;
}

/** Who owns which field, kept in metadata.managedFields, for every write but server-side apply. */
export interface Managers {
  created(resource: Resource, object: KubeObject, manager: string, now: Instant): KubeObject;
  updated(resource: Resource, next: KubeObject, previous: KubeObject, write: ManagedWrite): KubeObject;
}

/** Every write is tracked, as kube-apiserver does. */
export const trackManagers: Managers = {
  created: (resource, object, manager, now) => track(resource, object, undefined, { manager, now }),
  updated: track,
};

/** Only server-side apply leaves entries. */
export const untrackedManagers: Managers = {
  created: (_resource, object) => object,
  updated: (_resource, next) => next,
};

function track(
  resource: Resource,
  next: KubeObject,
  previous: KubeObject | undefined,
  { manager, now, subresource }: ManagedWrite,
): KubeObject {
  return trackUpdate({
    ...(previous && { previous }),
    next,
    manager,
    apiVersion: apiVersionOf(resource.kind),
    now,
    schema: resource.mergeSchema,
    reset: resetsOf(resource, subresource),
    ...(subresource && { subresource }),
  });
}

/** What a write to one endpoint of a resource leaves alone. */
export function resetsOf({ kind, custom, statusSubresource }: Resource, subresource: string | undefined) {
  return resetFields(
    {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      ...(custom && { custom: { withStatus: statusSubresource } }),
    },
    subresource,
  );
}
