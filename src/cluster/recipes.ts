/** The programs of a local cluster and the pinned Go modules they are built from. Pure. */

import { createHash } from 'node:crypto';

export const KUBERNETES_VERSION = 'v1.36.3';
const STAGING_VERSION = 'v0.36.3';
const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'];

/** One Go module of ours that needs `modules` and gives `programs`. */
export interface Recipe {
  readonly name: string;
  /** `path@version` of each required module. */
  readonly modules: readonly string[];
  /** Program name to the package it is built from; `.` is the folder `programs/<recipe>` beside this file. */
  readonly programs: Readonly<Record<string, string>>;
  /** `-X` settings. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Version at which the relative replaces of the first module's go.mod are published. */
  readonly replacesAt?: string;
  /** Folders of the first module to keep beside the programs. */
  readonly keep?: readonly string[];
}

const version = 'k8s.io/component-base/version';

export const RECIPES: readonly Recipe[] = [
  { name: 'pause', modules: [], programs: { pause: '.' } },
  { name: 'volumes', modules: [], programs: { volumes: '.' } },
  { name: 'etcd', modules: ['go.etcd.io/etcd/server/v3@v3.7.3'], programs: { etcd: '.' } },
  {
    name: 'kubernetes',
    modules: [`k8s.io/kubernetes@${KUBERNETES_VERSION}`],
    programs: Object.fromEntries(COMPONENTS.map((name) => [name, `k8s.io/kubernetes/cmd/${name}`])),
    variables: {
      [`${version}.gitVersion`]: KUBERNETES_VERSION,
      [`${version}.gitMajor`]: '1',
      [`${version}.gitMinor`]: '36',
      [`${version}.gitTreeState`]: 'clean',
    },
    replacesAt: STAGING_VERSION,
  },
  {
    name: 'kwok',
    modules: ['sigs.k8s.io/kwok@v0.8.0'],
    programs: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' },
    keep: ['kustomize/stage/node/fast', 'kustomize/stage/pod/fast'],
  },
  { name: 'coredns', modules: ['github.com/coredns/coredns@v1.15.0'], programs: { coredns: '.' } },
];

/** kubectl of the same release, and what copies it from its image to a neighbour; the cluster itself needs neither. */
export const DELIVERY_RECIPES: readonly Recipe[] = [
  {
    ...(RECIPES.find(({ name }) => name === 'kubernetes') as Recipe),
    name: 'kubectl',
    programs: { kubectl: 'k8s.io/kubernetes/cmd/kubectl' },
  },
  { name: 'deliver', modules: [], programs: { deliver: '.' } },
];

/** Text that decides what comes out of a build: when it changes, so does the folder of the cache. */
export function recipeKey(recipe: Recipe, source: string, platform: string): string {
  const inputs = JSON.stringify([recipe, source, platform, 'cgo off, trimpath, -s -w']);
  return `${recipe.name}-${createHash('sha256').update(inputs).digest('hex').slice(0, 12)}`;
}

/** A tools file that makes `go mod tidy` keep the packages we build. */
export function toolsFile(recipe: Recipe): string {
  const imports = Object.values(recipe.programs).filter((path) => path !== '.');
  return `package tools\n\nimport (\n${imports.map((path) => `\t_ "${path}"\n`).join('')})\n`;
}

/** The replaces that turn a module's relative ones (`=> ./staging/...`) into published versions. */
export function publishedReplaces(goMod: string, at: string): string[] {
  return [...goMod.matchAll(/^\s*(?:replace\s+)?(\S+)\s+=>\s+\.\/\S+/gm)].map(
    ([, path]) => `replace ${path} => ${path} ${at}`,
  );
}

/** The helper module's go.mod. */
export function goMod(recipe: Recipe, replaces: readonly string[]): string {
  const requires = recipe.modules.map((module) => `require ${module.replace('@', ' ')}`);
  return `${[`module armature.local/${recipe.name}`, 'go 1.26', ...requires, ...replaces].join('\n')}\n`;
}

export function linkerFlags(recipe: Recipe): string {
  const settings = Object.entries(recipe.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  return ['-s -w', ...settings].join(' ');
}
