import { apiVersionOf, type KubeObject } from '../api/kube.ts';
import type { Instant } from '../runtime/environment.ts';
import { trackUpdate } from './patch/managed-fields.ts';
import type { Resource } from './resource.ts';

export interface ManagedWrite {
  readonly manager: string;
  readonly now: Instant;
  /** Server-side apply has settled the managers of this object already. */
  readonly applied: boolean;
  readonly subresource?: string;
}

/** Who owns which field, kept in metadata.managedFields. */
export interface Managers {
  created(resource: Resource, object: KubeObject, write: ManagedWrite): KubeObject;
  /** The very `previous` when nothing but times would change. */
  updated(resource: Resource, next: KubeObject, previous: KubeObject, write: ManagedWrite): KubeObject;
}

/** Every write is tracked, as kube-apiserver does. */
export const trackManagers: Managers = {
  created: (resource, object, write) => (write.applied ? object : track(resource, object, undefined, write)),
  updated: (resource, next, previous, write) => {
    if (next === previous || write.applied) return next;
    return track(resource, next, previous, write);
  },
};

/** Only server-side apply leaves its own entries. */
export const untrackedManagers: Managers = {
  created: (_resource, object) => object,
  updated: (_resource, next) => next,
};

function track(
  resource: Resource,
  next: KubeObject,
  previous: KubeObject | undefined,
  write: ManagedWrite,
): KubeObject {
  const { manager, now, subresource } = write;
  return trackUpdate({
    ...(previous && { previous }),
    next,
    manager,
    apiVersion: apiVersionOf(resource.kind),
    now,
    schema: resource.mergeSchema,
    ...(subresource && { subresource }),
  });
}
