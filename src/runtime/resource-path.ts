import type { Kind } from '../api/kube.ts';

/** `api/v1` or `apis/GROUP/VERSION`: where a version of a group begins in the REST tree. */
export const apiRoot = (kind: Pick<Kind, 'group' | 'version'>): string =>
  kind.group === '' ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`;

/** Where something stands in the REST tree; without a name it is the collection. */
export interface ResourceLocation {
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

export function resourcePath(kind: Kind, location: ResourceLocation = {}): string {
  const parts = [apiRoot(kind)];
  if (kind.namespaced && location.namespace) parts.push('namespaces', encodeURIComponent(location.namespace));
  parts.push(kind.plural);
  if (location.name) parts.push(encodeURIComponent(location.name));
  if (location.subresource) parts.push(location.subresource);
  return `/${parts.join('/')}`;
}

/** A query string with its question mark, or nothing; undefined, false and empty values are left out. */
export function queryString(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== false && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** `pods`, or `pytorchjobs.kubeflow.org`: a short name of a kind, unique among kinds. */
export const kindId = (kind: Pick<Kind, 'group' | 'plural'>): string =>
  kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
