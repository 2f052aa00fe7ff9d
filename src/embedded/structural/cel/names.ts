/** How field names that are no identifiers are written in CEL. */

const KEYWORDS = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import'],
  ...['let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);
const MARKS: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};
const NAMES: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };

const unescaped = new Map<string, string | undefined>();

/** The identifier for a field; undefined when there is none, so that no expression reaches the field. */
export function escapeName(name: string): string | undefined {
  if (KEYWORDS.has(name)) return `__${name}__`;
  if (!/^[a-zA-Z_.\-/][a-zA-Z0-9_.\-/]*$/.test(name)) return undefined;
  return name.replace(/__|[-./]/g, (mark) => MARKS[mark] ?? mark);
}

/** The field that an identifier means; undefined when it is wrongly escaped. */
export function unescapeName(identifier: string): string | undefined {
  if (!identifier.includes('__')) return identifier;
  if (!unescaped.has(identifier)) unescaped.set(identifier, readName(identifier));
  return unescaped.get(identifier);
}

function readName(identifier: string): string | undefined {
  let valid = true;
  const name = identifier.replace(/__([^_]+)__/g, (whole, word: string) => {
    const mark = NAMES[word];
    if (mark !== undefined) return mark;
    if (!KEYWORDS.has(word) || whole.length !== identifier.length) valid = false;
    return word;
  });
  return valid ? name : undefined;
}
