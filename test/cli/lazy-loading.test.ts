import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
/** Prints every module that is loaded, one a line, to stderr. */
const TRACER = `import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => { process.stderr.write(url + '\\n'); return next(url, context); } });`;

function packagesLoadedBy(...args: string[]): Set<string> {
  const tracer = `data:text/javascript,${encodeURIComponent(TRACER)}`;
  const { stderr } = spawnSync(process.execPath, ['--no-warnings', '--import', tracer, MAIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return new Set([...stderr.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map((match) => match[1] ?? ''));
}

test('the controller loads neither schemas nor constructs: they would cost it memory', () => {
  const packages = packagesLoadedBy('controller', '--help');
  expect(packages).toContain('commander');
  for (const heavy of ['zod', 'cdk8s', 'cdk8s-plus-27', 'constructs', '@pulumi/pulumi', '@marcbachmann/cel-js'])
    expect(packages).not.toContain(heavy);
});

test('help alone loads the command line and nothing more', () => {
  expect([...packagesLoadedBy('--help')]).toEqual(['commander']);
});
