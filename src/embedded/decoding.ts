import { apiVersionOf, type Kind, type KubeObject } from '../api/kube.ts';
import { ApiError } from '../runtime/client.ts';
import { badRequest } from './errors.ts';
import type { Resource } from './resource.ts';
import type { Strategy } from './strategy.ts';

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
