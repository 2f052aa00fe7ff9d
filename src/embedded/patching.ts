import { apiVersionOf, type KubeObject } from '../api/kube.ts';
import type { ObjectRef, PatchType } from '../runtime/client.ts';
import type { Instant } from '../runtime/environment.ts';
import { badRequest } from './errors.ts';
import { resetsOf } from './managers.ts';
import { jsonPatch, mergePatch, serverSideApply, strategicMergePatch } from './patch/index.ts';
import type { WriteRequest } from './requests.ts';
import type { Resource } from './resource.ts';

export interface PatchRequest {
  readonly type: PatchType | 'strategic';
  readonly body: unknown;
  /** Absent: server-side apply creates it. */
  readonly live?: KubeObject;
  readonly ref?: ObjectRef;
  readonly resource: Resource;
  readonly request: WriteRequest;
  readonly now: Instant;
}

/** The object that a patch makes of another, before it is validated. */
export function applyPatch(patch: PatchRequest): KubeObject {
  const { type, body, live, resource } = patch;
  if (type === 'apply') return apply(patch);
  if (!live) throw badRequest('nothing to patch');
  if (type === 'json') return jsonPatch(live, body);
  if (type === 'merge') return mergePatch(live, body);
  return strategicMergePatch(live, body, resource.mergeSchema);
}

function apply({ body, live, resource, request, now }: PatchRequest): KubeObject {
  const { fieldManager = '', force = false, subresource } = request;
  const applied = body as KubeObject;
  if (applied.kind !== resource.kind.kind) {
    throw badRequest(
      `invalid object type: ${resource.kind.group}/${resource.kind.version}, Kind=${applied.kind ?? ''}`,
    );
  }
  return serverSideApply({
    ...(live && { live }),
    applied,
    manager: fieldManager,
    force,
    schema: resource.mergeSchema,
    apiVersion: apiVersionOf(resource.kind),
    now,
    reset: resetsOf(resource, subresource),
    ...(subresource && { subresource }),
  });
}
