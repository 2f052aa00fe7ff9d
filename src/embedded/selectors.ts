import type { KubeObject } from '../api/kube.ts';
import { badRequest } from './errors.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { Resource } from './resource.ts';

/** Whether an object is selected. */
export type Predicate = (object: KubeObject) => boolean;

/**
 * The label and field selectors of one request; undefined when everything is selected. `check` looks at its other
 * options, once the selectors could be read.
 * @throws ApiError 400 for a selector that cannot be read or a field that cannot be selected by
 */
export function selectionOf(
  resource: Resource,
  { labelSelector, fieldSelector }: { readonly labelSelector?: string; readonly fieldSelector?: string },
  check: () => void = () => {},
): Predicate | undefined {
  const labels = labelSelector ? parseLabelSelector(labelSelector) : [];
  const terms = fieldSelector ? fieldTerms(fieldSelector) : [];
  check();
  const tests = [...labels, ...terms.map((term) => fieldTest(resource, term))];
  if (tests.length === 0) return undefined;
  return (object) => tests.every((test) => test(object));
}

interface FieldTerm {
  readonly label: string;
  readonly equal: boolean;
  readonly wanted: string;
}

/** `a=b,c!=d`. */
function fieldTerms(selector: string): readonly FieldTerm[] {
  return selector
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^([^=!]+?)(==|=|!=)(.*)$/.exec(term);
      if (!match) throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
      const [, label = '', operator, wanted = ''] = match;
      return { label, equal: operator !== '!=', wanted };
    });
}

function fieldTest(resource: Resource, { label, equal, wanted }: FieldTerm): Predicate {
  const value = fieldReader(resource, label);
  return (object) => (value(object) === wanted) === equal;
}

function fieldReader(resource: Resource, label: string): (object: KubeObject) => string {
  if (label === 'metadata.name') return ({ metadata }) => metadata.name ?? '';
  if (label === 'metadata.namespace' && resource.kind.namespaced) return ({ metadata }) => metadata.namespace ?? '';
  const field = resource.selectableFields?.find((selectable) => selectable.label === label);
  if (field) return field.value;
  throw badRequest(unsupported(resource, label));
}

function unsupported({ custom, selectableFields, kind }: Resource, label: string): string {
  const said = JSON.stringify(label);
  if (kind.group === 'batch') return `field label ${said} not supported for ${kind.kind}`;
  return custom || selectableFields
    ? `field label not supported: ${label}`
    : `${said} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

/**
 * The rows that a server looks at for a field selector that names one object, or the pods of one node: it has them at
 * hand, and no others count towards a page.
 */
export function rowsOf(resource: Resource, fieldSelector: string | undefined): Predicate | undefined {
  if (!fieldSelector) return undefined;
  for (const { label, equal, wanted } of fieldTerms(fieldSelector)) {
    if (!equal) continue;
    if (label === 'metadata.name') return ({ metadata }) => metadata.name === wanted;
    if (label === 'spec.nodeName' && resource.table === '/pods') return fieldTest(resource, { label, equal, wanted });
  }
  return undefined;
}
