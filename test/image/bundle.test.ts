import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

let folder: string;
const node = (...args: string[]) =>
  execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'armature-bundle-'));
  node('scripts/build.ts', join(folder, 'a'));
  node('scripts/build.ts', join(folder, 'b'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const filesOf = (path: string): [string, string][] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): [string, string] => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8')])
    .sort(([a], [b]) => a.localeCompare(b));

/** A file and everything that loads with it; what `import()` would load later is left out. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from|import)"(\.[^"]+)"/g)) {
    loadedWith(join(dirname(file), target as string), seen);
  }
  return seen;
}

describe('the bundle', () => {
  test('is the same when built twice', () => {
    expect(filesOf(join(folder, 'b'))).toEqual(filesOf(join(folder, 'a')));
  });

  test('runs on its own: prints the CRDs, as YAML and as JSON', () => {
    const yaml = node(join(folder, 'a', 'armature.mjs'), 'crds');
    expect(yaml).toContain('name: pytorchjobs.kubeflow.org');
    expect(JSON.parse(node(join(folder, 'a', 'armature.mjs'), 'crds', '--json')).kind).toBe('List');
  });

  test('brings along the programs that `armature cluster` compiles', () => {
    expect(readdirSync(join(folder, 'a', 'chunks', 'programs'))).toContain('etcd');
  });

  test('loads no constructs to run the controller', () => {
    const chunks = join(folder, 'a', 'chunks');
    const holds = (file: string, text: string) => readFileSync(file, 'utf8').includes(text);
    const controller = readdirSync(chunks)
      .filter((name) => name.endsWith('.mjs'))
      .map((name) => join(chunks, name))
      .find((file) => holds(file, '--metrics-bind-address')) as string;
    const loaded = [...loadedWith(controller)];
    expect(loaded.length).toBeGreaterThan(2);
    expect(loaded.filter((file) => holds(file, 'cdk8s.ApiObject'))).toEqual([]);
  });
});
