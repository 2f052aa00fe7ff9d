import type { KubeObject } from '../api/kube.ts';
import { badRequest } from './errors.ts';
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
    ...(labelSelector ? labelTests(labelSelector) : []),
    ...(fieldSelector ? fieldTests(resource, fieldSelector) : []),
  ];
  if (tests.length === 0) return undefined;
  return (object) => tests.every((test) => test(object));
}

const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const SET = /^(\S+?)\s+(in|notin)\s*\(([^()]*)\)$/;
const EQUALITY = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/;

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`. */
function labelTests(selector: string): Predicate[] {
  return splitOutsideParentheses(selector).map((raw) => {
    const term = raw.trim();
    const set = SET.exec(term);
    if (set)
      return setTest(
        key(set[1] ?? '', selector),
        set[2] === 'in',
        (set[3] ?? '').split(',').map((v) => v.trim()),
      );
    const equality = EQUALITY.exec(term);
    if (equality) {
      return setTest(key(equality[1] ?? '', selector), equality[2] !== '!=', [equality[3] ?? '']);
    }
    if (term.startsWith('!')) {
      const absent = key(term.slice(1).trim(), selector);
      return ({ metadata }) => metadata.labels?.[absent] === undefined;
    }
    const present = key(term, selector);
    return ({ metadata }) => metadata.labels?.[present] !== undefined;
  });
}

function setTest(label: string, included: boolean, values: readonly string[]): Predicate {
  return ({ metadata }) => {
    const value = metadata.labels?.[label];
    return value === undefined ? !included : values.includes(value) === included;
  };
}

function key(text: string, selector: string): string {
  if (LABEL_KEY.test(text)) return text;
  throw badRequest(
    `unable to parse requirement: ${JSON.stringify(text)} in ${JSON.stringify(selector)} is not a label key`,
  );
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    else if (text[at] === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** `a=b,c!=d`. */
function fieldTests(resource: Resource, selector: string): Predicate[] {
  return selector
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^([^=!]+?)(==|=|!=)(.*)$/.exec(term);
      if (!match) throw badRequest(`invalid field selector ${JSON.stringify(term)}; expected name=value`);
      const [, label = '', operator, wanted] = match;
      const value = fieldReader(resource, label);
      return (object) => (value(object) === wanted) === (operator !== '!=');
    });
}

function fieldReader(resource: Resource, label: string): (object: KubeObject) => string {
  if (label === 'metadata.name') return ({ metadata }) => metadata.name ?? '';
  if (label === 'metadata.namespace' && resource.kind.namespaced) return ({ metadata }) => metadata.namespace ?? '';
  const field = resource.selectableFields?.find((selectable) => selectable.label === label);
  if (field) return field.value;
  const unsupported = resource.custom
    ? `field label not supported: ${label}`
    : `${JSON.stringify(label)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
  throw badRequest(unsupported);
}
