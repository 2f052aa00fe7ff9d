import type { SchemaNode } from '../schema-node.ts';

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A rule's `fieldPath`, such as `.a['b.c']`, as errors print it; undefined when it names no field of the schema. */
export function relativePath(fieldPath: string, root: SchemaNode): string | undefined {
  let node: SchemaNode | undefined = root;
  let printed = '';
  let rest = fieldPath;
  while (rest !== '') {
    const match = /^(?:\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\])/.exec(rest);
    if (!match || !node) return undefined;
    rest = rest.slice(match[0].length);
    const name = match[1] ?? (match[2] ?? '').replace(/\\(.)/g, (_whole, char: string) => ESCAPES[char] ?? char);
    if (node.hasProperties) {
      printed += printed === '' ? name : `.${name}`;
      node = node.properties.get(name);
      if (!node) return undefined;
    } else {
      printed += `[${name}]`;
      node = node.additional;
    }
  }
  return printed;
}
