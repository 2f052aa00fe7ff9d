import { badRequest } from '../errors.ts';

/** What a path of the API names: a resource, an object of it, or a part of an object. */
export interface ResourceRoute {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** The old form of a watch, with `/watch` in its path. */
  readonly watch?: true;
}

const OF_NAMESPACES = new Set(['status', 'finalize']);

/** Undefined for paths that lead to no resource: discovery, health and what does not exist. */
export function resourceRoute(path: string): ResourceRoute | undefined {
  const [root, ...segments] = path.split('/').filter(Boolean).map(decoded);
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : (segments.shift() ?? '');
  const version = segments.shift();
  const watch = segments[0] === 'watch' && segments.length > 1;
  if (watch) segments.shift();
  const namespaced = segments[0] === 'namespaces' && segments.length > 2 && !OF_NAMESPACES.has(segments[2] ?? '');
  const namespace = namespaced ? segments[1] : undefined;
  const [plural, name, subresource, ...more] = namespaced ? segments.slice(2) : segments;
  if (version === undefined || plural === undefined || more.length > 0) return undefined;
  return {
    group,
    version,
    plural,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
    ...(watch && { watch }),
  };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`the path segment ${JSON.stringify(segment)} is not percent-encoded text`);
  }
}
