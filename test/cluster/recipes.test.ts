import { describe, expect, test } from '@jest/globals';
import { goMod, linkerFlags, publishedReplaces, RECIPES, recipeKey, toolsFile } from '../../src/cluster/recipes.ts';

const kubernetes = RECIPES.find((recipe) => recipe.name === 'kubernetes')!;

describe('recipes', () => {
  test('relative replaces become published versions, others stay out', () => {
    const text = `module k8s.io/kubernetes
replace (
\tk8s.io/api => ./staging/src/k8s.io/api
\tk8s.io/client-go => ./staging/src/k8s.io/client-go
)
replace example.com/a => example.com/b v1.0.0
`;
    expect(publishedReplaces(text, 'v0.36.3')).toEqual([
      'replace k8s.io/api => k8s.io/api v0.36.3',
      'replace k8s.io/client-go => k8s.io/client-go v0.36.3',
    ]);
  });

  test('the helper module pins what it needs', () => {
    expect(goMod(kubernetes, ['replace a => b v1'])).toBe(
      'module armature.local/kubernetes\ngo 1.26\nrequire k8s.io/kubernetes v1.36.3\nreplace a => b v1\n',
    );
    expect(toolsFile(kubernetes)).toContain('_ "k8s.io/kubernetes/cmd/kubelet"');
  });

  test('clients see the version of Kubernetes', () => {
    expect(linkerFlags(kubernetes)).toContain('-X k8s.io/component-base/version.gitVersion=v1.36.3');
  });

  test('every input changes the key', () => {
    const keys = [
      recipeKey(kubernetes, '', 'linux/x64'),
      recipeKey(kubernetes, 'package main', 'linux/x64'),
      recipeKey(kubernetes, '', 'linux/arm64'),
      recipeKey({ ...kubernetes, modules: ['k8s.io/kubernetes@v1.36.4'] }, '', 'linux/x64'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(recipeKey(kubernetes, '', 'linux/x64')).toBe(keys[0]);
  });

  test('every module is pinned', () => {
    for (const module of RECIPES.flatMap((recipe) => recipe.modules)) expect(module).toMatch(/@v\d+\.\d+\.\d+$/);
  });
});
