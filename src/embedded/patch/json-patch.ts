import { isObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { ApiError } from '../../runtime/client.ts';
import { deepEqual } from '../../runtime/json.ts';
import { malformed } from './malformed.ts';
import { isList } from './values.ts';

const MAX_OPERATIONS = 10_000;

/** An operation that cannot be done; the server tells no client why. */
class Refused extends Error {}

/**
 * The object after a JSON patch (RFC 6902). As the server's, indexes may count from the end of a list, and an operation
 * without a value means null.
 * @throws {ApiError} 400 for what is no patch, 413 for too long a one, 422 when an operation cannot be done
 */
export function jsonPatch(object: KubeObject, operations: unknown): KubeObject {
  if (operations === null) return object;
  if (!isList(operations)) throw malformed(operations, 'Go value of type []handlers.jsonPatchOp');
  if (operations.length > MAX_OPERATIONS) {
    const message = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`;
    throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
  }
  const steps = operations.map(checked);
  let result: unknown = object;
  try {
    for (const step of steps) result = perform(result, step);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request');
  }
  return result as KubeObject;
}

/** An operation, once its texts are texts. */
function checked(operation: unknown): JsonObject {
  if (operation === null) return {};
  if (!isObject(operation)) throw malformed(operation, 'Go value of type handlers.jsonPatchOp');
  for (const field of ['op', 'path', 'from']) {
    const text = operation[field] ?? '';
    if (typeof text !== 'string') throw malformed(text, `Go struct field jsonPatchOp.${field} of type string`);
  }
  return operation;
}

function perform(root: unknown, operation: JsonObject): unknown {
  const value = operation.value ?? null;
  const path = () => tokensOf(operation.path);
  switch (operation.op) {
    case 'add':
      return changeAt(root, path(), (container, key) => insert(container, key, value));
    case 'remove':
      return changeAt(root, path(), remove);
    case 'replace':
      if (operation.path === '') return wholeDocument(value);
      return changeAt(root, path(), (container, key) => replace(container, key, value));
    case 'move': {
      const from = tokensOf(operation.from);
      const moved = read(root, from) ?? null;
      const without = changeAt(root, from, remove);
      return changeAt(without, path(), (container, key) => insert(container, key, moved));
    }
    case 'copy': {
      const copied = read(root, tokensOf(operation.from)) ?? null;
      return changeAt(root, path(), (container, key) => insert(container, key, copied));
    }
    case 'test': {
      const found = operation.path === '' ? root : read(root, path());
      if (!deepEqual(found ?? null, value)) throw new Refused();
      return root;
    }
    default:
      throw new Refused();
  }
}

function wholeDocument(value: unknown): unknown {
  if (!isObject(value) && !isList(value)) throw new Refused();
  return value;
}

/** Everything before the first slash is ignored, as the server does; a path without one leads nowhere. */
function tokensOf(path: unknown): readonly string[] {
  if (typeof path !== 'string') throw new Refused();
  const tokens = path.split('/').slice(1);
  if (tokens.length === 0) throw new Refused();
  return tokens.map((token) => token.replace(/~[01]/g, (found) => (found === '~1' ? '/' : '~')));
}

type Container = readonly unknown[] | Readonly<Record<string, unknown>>;

function changeAt(
  node: unknown,
  tokens: readonly string[],
  change: (container: Container, key: string) => Container,
): unknown {
  const [key = '', ...rest] = tokens;
  if (!isObject(node) && !isList(node)) throw new Refused();
  if (rest.length === 0) return change(node, key);
  return replace(node, key, changeAt(childOf(node, key), rest, change));
}

function read(node: unknown, tokens: readonly string[]): unknown {
  let current = node;
  for (const [position, token] of tokens.entries()) {
    if (!isObject(current) && !isList(current)) throw new Refused();
    current = childOf(current, token);
    if (position < tokens.length - 1 && current === undefined) throw new Refused();
  }
  return current;
}

function childOf(container: Container, key: string): unknown {
  if (isObject(container)) return Object.hasOwn(container, key) ? container[key] : undefined;
  return (container as readonly unknown[])[indexIn(container as readonly unknown[], key)];
}

/** @throws {Refused} for what is no index of an item. */
function indexIn(list: readonly unknown[], key: string, beyond = 0): number {
  if (!/^[+-]?\d+$/.test(key)) throw new Refused();
  const length = list.length + beyond;
  const index = Number(key);
  if (index >= length || index < -length) throw new Refused();
  return index < 0 ? index + length : index;
}

function insert(container: Container, key: string, value: unknown): Container {
  if (isObject(container)) return { ...container, [key]: value };
  const list = container as readonly unknown[];
  const index = key === '-' ? list.length : indexIn(list, key, 1);
  return [...list.slice(0, index), value, ...list.slice(index)];
}

function replace(container: Container, key: string, value: unknown): Container {
  if (isObject(container)) return { ...container, [key]: value };
  const list = container as readonly unknown[];
  return list.with(indexIn(list, key), value);
}

function remove(container: Container, key: string): Container {
  if (isObject(container)) {
    if (childOf(container, key) === undefined) throw new Refused();
    const { [key]: _, ...rest } = container;
    return rest;
  }
  const list = container as readonly unknown[];
  return list.toSpliced(indexIn(list, key), 1);
}
