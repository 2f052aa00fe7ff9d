import { formsOf, type NameTable } from './hosts.ts';

/** Texts and what stands for them. */
export type Substitutions = ReadonlyMap<string, string>;

/**
 * For machines that cannot give a pod files and names of its own: replaces whole host names, and whole paths with what is
 * below them, wherever they stand in a text. Longer ones win.
 */
export function substitute(text: string, names: Substitutions, paths: Substitutions): string {
  return replaceAll(replaceAll(text, names, NAME_EDGES), paths, PATH_EDGES);
}

/** Whether a path, or one below it, stands in a text. */
export function mentions(text: string, path: string): boolean {
  return substitute(text, new Map(), new Map([[path, '']])) !== text;
}

interface Edges {
  readonly before: string;
  readonly after: string;
}

const NAME_EDGES: Edges = { before: '(?<![A-Za-z0-9_.-])', after: '(?![A-Za-z0-9_-]|\\.[A-Za-z0-9])' };
const PATH_EDGES: Edges = { before: '(?<![A-Za-z0-9_.~-]|(?<!file:/)/)', after: '(?![A-Za-z0-9_.-])' };

function replaceAll(text: string, table: Substitutions, { before, after }: Edges): string {
  if (table.size === 0) return text;
  const found = [...table.keys()].sort((left, right) => right.length - left.length).map(escaped);
  const pattern = new RegExp(`${before}(?:${found.join('|')})${after}`, 'g');
  return text.replace(pattern, (whole) => table.get(whole) ?? whole);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Every form of every name that has an address, with its first address. */
export function nameSubstitutions(
  table: NameTable,
  namespace: string | undefined,
  searches?: readonly string[],
): Substitutions {
  const result = new Map<string, string>();
  for (const [name, [address]] of table) {
    if (address === undefined) continue;
    for (const form of formsOf(name, namespace, searches)) result.set(form, address);
  }
  return result;
}
