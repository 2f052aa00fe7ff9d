import { isObject, type JsonObject } from '../../api/json.ts';
import { sameJson } from './json.ts';
import { nodeOfKey, type SchemaNode } from './schema-node.ts';

/** Finds the element of an earlier list of type map that has the keys of an element of the new one. */
export class MapList {
  private readonly byKey = new Map<string, JsonObject>();
  private readonly keys: readonly string[];

  constructor(node: SchemaNode, items: readonly unknown[]) {
    this.keys = node.type === 'array' && node.listType === 'map' ? node.listMapKeys : [];
    if (this.keys.length === 0) return;
    for (const item of items) {
      const key = this.keyOf(item);
      if (key !== undefined && !this.byKey.has(key)) this.byKey.set(key, item as JsonObject);
    }
  }

  find(item: unknown): JsonObject | undefined {
    const key = this.keyOf(item);
    return key === undefined ? undefined : this.byKey.get(key);
  }

  private keyOf(item: unknown): string | undefined {
    if (this.keys.length === 0 || !isObject(item)) return undefined;
    let key = '';
    for (const name of this.keys) {
      const value = item[name];
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
      key += `\0${typeof value}${value}`;
    }
    return key;
  }
}

/**
 * A new value beside the one it replaces. Where both can be matched, an error of the new value that the old one had
 * too is forgiven: that is how an update passes that leaves a part alone which newer rules would refuse.
 */
export class Correlation {
  readonly value: unknown;
  readonly old: unknown;
  private readonly node: SchemaNode;
  private readonly children = new Map<string | number, Correlation | undefined>();
  private list: MapList | undefined;
  private equal: boolean | undefined;

  constructor(value: unknown, old: unknown, node: SchemaNode) {
    this.value = value;
    this.old = old;
    this.node = node;
  }

  key(name: string): Correlation | undefined {
    if (this.children.has(name)) return this.children.get(name);
    const child = this.correlateKey(name);
    this.children.set(name, child);
    return child;
  }

  private correlateKey(name: string): Correlation | undefined {
    const { value, old } = this;
    if (!isObject(value) || !isObject(old) || !Object.hasOwn(value, name) || !Object.hasOwn(old, name))
      return undefined;
    const node = nodeOfKey(this.node, name);
    return node && new Correlation(value[name], old[name], node);
  }

  index(index: number): Correlation | undefined {
    if (this.children.has(index)) return this.children.get(index);
    const child = this.correlateIndex(index);
    this.children.set(index, child);
    return child;
  }

  private correlateIndex(index: number): Correlation | undefined {
    const { value, old, node } = this;
    if (!Array.isArray(value) || !Array.isArray(old) || !node.items || node.listType !== 'map') return undefined;
    this.list ??= new MapList(node, old);
    const match = this.list.find(value[index]);
    return match && new Correlation(value[index], match, node.items);
  }

  /** Whether nothing changed. The order of a list of type map does not count; data without a schema does. */
  unchanged(): boolean {
    this.equal ??= this.compare();
    return this.equal;
  }

  private compare(): boolean {
    const { value, old } = this;
    if (Array.isArray(value)) {
      if (!Array.isArray(old) || value.length !== old.length) return false;
      if (this.node.listType !== 'map') return sameJson(value, old);
      return value.every((_item, index) => this.index(index)?.unchanged() ?? false);
    }
    if (!isObject(value)) return sameJson(value, old);
    if (!isObject(old) || Object.keys(value).length !== Object.keys(old).length) return false;
    return Object.keys(value).every((key) => this.key(key)?.unchanged() ?? false);
  }
}
