import type { KubeObject } from '../api/kube.ts';
import { badRequest } from './errors.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { Resource } from './resource.ts';

/** Whether an object is selected. */
export type Predicate = (object: KubeObject) => boolean;

/**
 * The label and field selectors of one request; undefined when everything is selected.
 * @throws ApiError 400 for a selector that cannot be read or a field that cannot be selected by
 */
export function selectionOf(
  resource: Resource,
  labelSelector: string | undefined,
  fieldSelector: string | undefined,
): Predicate | undefined {
  const tests = [
    ...(labelSelector ? parseLabelSelector(labelSelector) : []),
    ...(fieldSelector ? fieldTests(resource, fieldSelector) : []),
  ];
  if (tests.length === 0) return undefined;
  return (object) => tests.every((test) => test(object));
}

/** `a=b,c!=d`. */
function fieldTests(resource: Resource, selector: string): Predicate[] {
  return selector
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^([^=!]+?)(==|=|!=)(.*)$/.exec(term);
      if (!match) throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
      const [, label = '', operator, wanted = ''] = match;
      return { label, equal: operator !== '!=', wanted };
    })
    .map(({ label, equal, wanted }) => {
      const value = fieldReader(resource, label);
      return (object) => (value(object) === wanted) === equal;
    });
}

function fieldReader(resource: Resource, label: string): (object: KubeObject) => string {
  if (label === 'metadata.name') return ({ metadata }) => metadata.name ?? '';
  if (label === 'metadata.namespace' && resource.kind.namespaced) return ({ metadata }) => metadata.namespace ?? '';
  const field = resource.selectableFields?.find((selectable) => selectable.label === label);
  if (field) return field.value;
  const unsupported =
    resource.custom || resource.selectableFields
      ? `field label not supported: ${label}`
      : `${JSON.stringify(label)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
  throw badRequest(unsupported);
}
