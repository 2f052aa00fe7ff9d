import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type * as z from 'zod';

/** One document of a YAML file. */
export interface Document {
  readonly value: unknown;
  /** `pools.yaml, document 2`. */
  readonly where: string;
}

/** @throws when the file cannot be read, or is no YAML, naming the document */
export function readDocuments(file: string): readonly Document[] {
  return parseDocuments(readText(file), file);
}

/** @throws saying which file is not there */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
}

export function parseDocuments(text: string, file: string): readonly Document[] {
  const documents = [...parseAllDocuments(text)].map((document, index) => {
    const where = `${file}, document ${index + 1}`;
    const [problem] = document.errors;
    if (problem) throw new Error(`${where} is not YAML: ${problem.message}`);
    return { value: document.toJS() as unknown, where };
  });
  return documents.filter(({ value }) => value !== null);
}

/**
 * A document in the form that a schema asks for.
 * @throws one line for each problem: file, document, field, what is wrong and how to mend it
 */
export function checked<T extends z.ZodType>(schema: T, { value, where }: Document): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(
    result.error.issues.map((issue) => `${where}, ${pathText(issue.path)}: ${problemText(issue)}`).join('\n'),
  );
}

function problemText(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  return `unknown field ${issue.keys.map((key) => `"${key}"`).join(', ')}: remove it, or look for a slip of the pen`;
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'top level';
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
