import { describe, expect, test } from '@jest/globals';
import { importProblems, importsOf, MAX_LINES, pathProblems, sizeProblems } from '../../scripts/import-rules.ts';

describe('importsOf', () => {
  test('finds every way to import', () => {
    const text =
      "import type { A } from './a.ts';\nimport {\n  b,\n} from './b.ts';\nimport './c.ts';\nexport { d } from './d.ts';\nawait import('./e.ts');";
    expect(importsOf(text).map((found) => found.target)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts']);
    expect(importsOf(text).map((found) => found.typeOnly)).toEqual([true, false, false, false, false]);
  });
});

describe('importProblems', () => {
  test.each([
    ['src/training/plan.ts', '../runtime/domain.ts'],
    ['src/training/plan.ts', '../api/kube.ts'],
    ['src/training/plan.ts', './status.ts'],
    ['src/constructs/training-job.ts', '../training/plan.ts'],
    ['src/constructs/training-job.ts', '../../imports/kubeflow.org.ts'],
    ['src/constructs/k8s.ts', 'cdk8s-plus-27'],
    ['src/stacks/pulumi/index.ts', '@pulumi/pulumi'],
    ['src/cli/main.ts', '../cluster/index.ts'],
  ])('%s may import %s', (file, target) => {
    expect(importProblems(file, `import { x } from '${target}';`)).toEqual([]);
  });

  test.each([
    ['src/api/kube.ts', '../runtime/domain.ts'],
    ['src/runtime/manager.ts', '../training/plan.ts'],
    ['src/training/plan.ts', '../tuning/plan.ts'],
    ['src/constructs/training-job.ts', '../training/status.ts'],
    ['src/constructs/training-job.ts', 'cdk8s-plus-27'],
    ['src/constructs/training-job.ts', '../stacks/app.ts'],
    ['src/cli/main.ts', '@pulumi/pulumi'],
    ['src/cli/main.ts', '../../test/support/api.ts'],
  ])('%s may not import %s', (file, target) => {
    expect(importProblems(file, `import { x } from '${target}';`)).toHaveLength(1);
  });

  test('the types of the domain contract may be named anywhere', () => {
    const file = 'src/constructs/access.ts';
    expect(importProblems(file, "import type { Permission } from '../runtime/domain.ts';")).toEqual([]);
    expect(importProblems(file, "import { Permission } from '../runtime/domain.ts';")).toHaveLength(1);
  });
});

test('a long file is named with its length', () => {
  expect(sizeProblems('a.ts', 'x\n'.repeat(MAX_LINES))).toEqual([]);
  expect(sizeProblems('a.ts', 'x\n'.repeat(MAX_LINES + 1))[0]).toContain('601 lines');
});

test('folders of one machine and download addresses are found', () => {
  expect(pathProblems('a.md', `see ${['', 'home', 'jo', 'x'].join('/')}`)).toHaveLength(1);
  expect(pathProblems('a.md', 'see docs/homework/x and https://example.org/work')).toEqual([]);
  expect(pathProblems('package-lock.json', '"resolved": "https://npm.example.org/x.tgz"')).toHaveLength(1);
});
