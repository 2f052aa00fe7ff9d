import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs', 'performance.md');
const DATA = join(ROOT, 'bench', 'results', 'training.json');
const BEGIN = '<!-- bench training: begin; npm run bench -- training --write -->';
const END = '<!-- bench training: end -->';

/** Puts a text between the page's markers. @throws when the page lacks them */
export function withResult(page: string, text: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new Error(`docs/performance.md lacks the lines ${BEGIN} and ${END}: put them back`);
  return `${page.slice(0, begin + BEGIN.length)}\n${text}\n${page.slice(end)}`;
}

/** Writes the tables into docs/performance.md and every trial into bench/results. @returns the files */
export function writeResult(tables: string, data: object): string[] {
  writeFileSync(PAGE, withResult(readFileSync(PAGE, 'utf8'), tables));
  mkdirSync(dirname(DATA), { recursive: true });
  const rounded = JSON.stringify(data, (_, entry) => (typeof entry === 'number' ? Number(entry.toFixed(3)) : entry), 2);
  writeFileSync(DATA, `${rounded}\n`);
  return [PAGE, DATA].map((file) => relative(ROOT, file));
}
