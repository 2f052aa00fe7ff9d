import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs', 'performance.md');

const markersOf = (kind: string) => [
  `<!-- bench training: begin; npm run bench -- training --kind ${kind.toLowerCase()} --write -->`,
  `<!-- bench training: end ${kind.toLowerCase()} -->`,
];

/** Puts a text between the page's markers for the kind. @throws when the page lacks them */
export function withResult(page: string, kind: string, text: string): string {
  const [begin = '', end = ''] = markersOf(kind);
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`docs/performance.md lacks the lines ${begin} and ${end}: put them where the table is to stand`);
  return `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`;
}

/** Writes the tables into docs/performance.md and every trial into bench/results. @returns the files */
export function writeResult(kind: string, tables: string, data: object): string[] {
  const file = join(ROOT, 'bench', 'results', `${kind.toLowerCase()}.json`);
  writeFileSync(PAGE, withResult(readFileSync(PAGE, 'utf8'), kind, tables));
  mkdirSync(dirname(file), { recursive: true });
  const rounded = JSON.stringify(data, (_, entry) => (typeof entry === 'number' ? Number(entry.toFixed(3)) : entry), 2);
  writeFileSync(file, `${rounded}\n`);
  return [PAGE, file].map((path) => relative(ROOT, path));
}
