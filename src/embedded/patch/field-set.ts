import { canonicalElement, compareElements, type PathElement } from './path-element.ts';

/**
 * A set of fields, in the very form of `fieldsV1`: a tree of path elements. A node without children is a member of the
 * set; one with children is a member only if it also holds `.`. Sets are immutable; none holds a node without members.
 */
export interface FieldSet {
  readonly [element: PathElement]: FieldSet;
}

/** A set under construction. */
export interface FieldSetBuilder {
  [element: PathElement]: FieldSetBuilder;
}

export const NO_FIELDS: FieldSet = Object.freeze({});
const SELF = '.';

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

const isMember = (node: FieldSet | undefined): boolean => node !== undefined && (SELF in node || isEmptySet(node));

/** Whether an element itself belongs to the set, whatever is below it. */
export const hasElement = (set: FieldSet, element: PathElement): boolean => isMember(set[element]);

/** What the set holds below an element; undefined for nothing. */
export function below(set: FieldSet, element: PathElement): FieldSet | undefined {
  const node = set[element];
  return node !== undefined && hasChildren(node) ? node : undefined;
}

function hasChildren(node: FieldSet): boolean {
  for (const key in node) if (key !== SELF) return true;
  return false;
}

/** Adds the field at a path. The empty path names the whole object, which nobody owns. */
export function insertPath(set: FieldSetBuilder, path: readonly PathElement[]): void {
  let node = set;
  for (let index = 0; index < path.length; index++) {
    const element = path[index]!;
    const last = index === path.length - 1;
    const next = node[element];
    if (next === undefined) {
      node[element] = {};
      node = node[element]!;
      continue;
    }
    const leaf = isEmptySet(next);
    if (leaf !== last && !(SELF in next)) next[SELF] = {};
    node = next;
  }
}

export function unite(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right || isEmptySet(right)) return left;
  if (isEmptySet(left)) return right;
  const result: FieldSetBuilder = { ...left };
  for (const element in right) {
    const known = left[element];
    result[element] = known === undefined ? right[element]! : uniteNodes(known, right[element]!);
  }
  return result;
}

function uniteNodes(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right) return left;
  if (isEmptySet(left)) return withSelf(right);
  return isEmptySet(right) ? withSelf(left) : unite(left, right);
}

const withSelf = (node: FieldSet): FieldSet =>
  SELF in node || isEmptySet(node) ? node : { [SELF]: NO_FIELDS, ...node };

/** What is in `left` and not in `right`; a member does not take its children with it. */
export const subtract = (left: FieldSet, right: FieldSet): FieldSet => subtractNodes(left, right, false) ?? NO_FIELDS;

/** As {@link subtract}, but a member of `right` takes everything below it away too. */
export const subtractDeep = (left: FieldSet, right: FieldSet): FieldSet =>
  subtractNodes(left, right, true) ?? NO_FIELDS;

function subtractNodes(left: FieldSet, right: FieldSet, deep: boolean): FieldSet | undefined {
  let result: FieldSetBuilder | undefined;
  let changed = false;
  for (const element in left) {
    if (element === SELF) continue;
    const node = left[element]!;
    const other = right[element];
    const kept = other === undefined ? node : remainderOf(node, other, deep);
    if (kept !== node) changed = true;
    if (kept === undefined) continue;
    result ??= {};
    result[element] = kept;
  }
  if (!changed) return left;
  return result;
}

function remainderOf(node: FieldSet, other: FieldSet, deep: boolean): FieldSet | undefined {
  const removed = isMember(other);
  if (deep && removed) return undefined;
  const member = isMember(node) && !removed;
  if (!hasChildren(node)) return member ? node : undefined;
  const children = subtractNodes(node, other, deep);
  if (children === undefined) return member ? NO_FIELDS : undefined;
  if (children === node && member === isMember(node)) return node;
  return asNode(children, member);
}

function asNode(children: FieldSet, member: boolean): FieldSet {
  const { [SELF]: _, ...rest } = children;
  return member ? { [SELF]: NO_FIELDS, ...rest } : rest;
}

/** What both sets hold. */
export function intersect(left: FieldSet, right: FieldSet): FieldSet {
  const result: FieldSetBuilder = {};
  for (const element in left) {
    const other = right[element];
    if (element === SELF || other === undefined) continue;
    const node = left[element]!;
    const member = isMember(node) && isMember(other);
    const children = intersect(node, other);
    if (!isEmptySet(children)) result[element] = member ? { [SELF]: NO_FIELDS, ...children } : children;
    else if (member) result[element] = NO_FIELDS;
  }
  return result;
}

/** The paths of the members, a level's own before those below. */
export function* membersOf(set: FieldSet, prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
  const elements = Object.keys(set)
    .filter((element) => element !== SELF)
    .sort(compareElements);
  for (const element of elements) if (isMember(set[element])) yield [...prefix, element];
  for (const element of elements) {
    if (hasChildren(set[element]!)) yield* membersOf(set[element]!, [...prefix, element]);
  }
}

/** The set as the server writes it: in its order. */
export function sortedSet(set: FieldSet): FieldSet {
  const result: FieldSetBuilder = {};
  if (SELF in set) result[SELF] = NO_FIELDS;
  const elements = Object.keys(set).filter((element) => element !== SELF);
  if (elements.length > 1) elements.sort(compareElements);
  for (const element of elements) result[element] = sortedSet(set[element]!);
  return result;
}

/** Reads `fieldsV1` that a client wrote; undefined when it is no set of fields. Unknown sorts of elements are left out. */
export function readSet(value: unknown): FieldSet | undefined {
  if (value === undefined || value === null) return NO_FIELDS;
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const result: FieldSetBuilder = {};
  for (const [key, child] of Object.entries(value)) {
    const element = key === SELF ? SELF : canonicalElement(key);
    if (element === undefined) {
      if (/^[fkvi]:/.test(key) || key[1] !== ':') return undefined;
      continue;
    }
    const node = element === SELF ? NO_FIELDS : readSet(child);
    if (node === undefined) return undefined;
    result[element] = node;
  }
  return result;
}
