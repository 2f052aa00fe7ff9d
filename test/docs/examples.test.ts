import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
/** Inside the package, so that the examples find it by its own name. */
const WORK = join(ROOT, 'build', 'examples');
const NODE_ENV = { ...process.env, NODE_OPTIONS: '' };

const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((page) => `docs/${page}`),
];
const examples = pages
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map((match) => ({
      page,
      code: match[1] ?? '',
    })),
  )
  .filter(({ code }) => code.includes("from 'armature'"))
  .map((example, index) => ({ ...example, file: `example-${index}.ts` }));

beforeAll(() => {
  mkdirSync(WORK, { recursive: true });
  for (const { file, code } of examples) writeFileSync(join(WORK, file), code);
  const config = { extends: '../../tsconfig.json', compilerOptions: { noUnusedLocals: true }, include: ['*.ts'] };
  writeFileSync(join(WORK, 'tsconfig.json'), JSON.stringify(config));
});

afterAll(() => rmSync(WORK, { recursive: true }));

test('the examples of the documentation are well typed', () => {
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout, status } = run(compiler, '-p', WORK);
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
}, 60_000);

test.each(examples)(
  'the example $file of $page runs',
  ({ file }) => {
    const { stderr, status } = run(join(WORK, file));
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  },
  60_000,
);

function run(...args: string[]) {
  const env = { ...NODE_ENV, CDK8S_OUTDIR: join(WORK, 'out') };
  return spawnSync(process.execPath, ['--no-warnings', ...args], { cwd: WORK, encoding: 'utf8', env });
}
