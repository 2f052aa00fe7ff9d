import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })];

const EXAMPLES = PAGES.flatMap((page) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ''], index) => ({
    name: `${page} example ${index + 1}`,
    file: `${page.replace(/\W+/g, '-')}-${index + 1}.ts`,
    code,
  })),
);

describe('examples in the documentation', () => {
  let folder: string;

  beforeAll(() => {
    mkdirSync(join(ROOT, 'dist'), { recursive: true });
    folder = mkdtempSync(join(ROOT, 'dist', 'examples-'));
    for (const { file, code } of EXAMPLES) writeFileSync(join(folder, file), code);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('type-check', () => {
    const config = { extends: '../../tsconfig.json', include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    expect(output(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder])).toBe('');
  });

  test.each(EXAMPLES)('$name synthesizes', ({ file }) => {
    execFileSync(process.execPath, [join(folder, file)], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', CDK8S_OUTDIR: join(folder, `${file}-out`) },
      stdio: 'pipe',
    });
    expect(globSync('*.yaml', { cwd: join(folder, `${file}-out`) })).not.toEqual([]);
  });
});

/** What a program printed, whether it succeeded or not. */
function output(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}
