import type { Kind, KubeObject } from '../api/kube.ts';
import { ApiError, type ObjectRef, type PatchType } from '../runtime/client.ts';
import { type DecodeOptions, decode } from './decoding.ts';
import { badRequest } from './errors.ts';
import type { Resource } from './resource.ts';
import { invalid } from './structural/field-errors.ts';
import { invalidError } from './structural/index.ts';

export const shown = (resource: Resource, object: KubeObject): KubeObject =>
  resource.conversion ? resource.conversion.fromStored(object) : object;

export const toStored = (resource: Resource, object: KubeObject): KubeObject =>
  resource.conversion ? resource.conversion.toStored(object) : object;

/** @throws ApiError 400 when an object is not what its URL says */
export function checkPlace(kind: Kind, ref: ObjectRef, { metadata }: KubeObject): void {
  const { name, namespace } = metadata ?? {};
  if (kind.namespaced && namespace && namespace !== ref.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (!name) {
    throw badRequest(`the name of the object (${ref.name} based on URL) was undeterminable: name must be provided`);
  }
  if (name !== ref.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${ref.name})`);
  }
}

/** What a patch makes of an object must still be one. */
export function decodePatched(
  resource: Resource,
  patched: KubeObject,
  type: PatchType | 'strategic',
  request: DecodeOptions,
): KubeObject {
  try {
    return decode(resource, patched, request);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 400) throw error;
    const why = error.message.replace(/^.* cannot be handled as a [^:]*: /, '');
    if (type === 'apply') {
      const { group, version, kind } = resource.kind;
      const type = `${group}/${version}, Kind=${kind}`;
      const { namespace = '', name } = patched.metadata;
      throw new ApiError(
        500,
        '',
        `failed to convert new object (${namespace}/${name}; ${type}) to proper version: unable to convert unstructured object to ${type}: error decoding from json: ${why}`,
      );
    }
    throw invalidError({ group: '', kind: '' }, '', [invalid('patch', JSON.stringify(patched), why)]);
  }
}

/** Whether marking an object for deletion leaves anything to write. */
export function changed(marked: KubeObject, previous: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = marked.metadata;
  const before = previous.metadata;
  return (
    deletionTimestamp !== before.deletionTimestamp ||
    deletionGracePeriodSeconds !== before.deletionGracePeriodSeconds ||
    (finalizers ?? []).join() !== (before.finalizers ?? []).join()
  );
}
