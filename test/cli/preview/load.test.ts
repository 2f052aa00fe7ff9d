import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadManifests } from '../../../src/cli/preview/load.ts';

function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'manifests-'));
  mkdirSync(join(path, 'below'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

const manifest = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
const names = (path: string) => loadManifests(path).map((object) => object.metadata.name);

test('reads every document of every manifest below a directory, by name', () => {
  const path = folder({
    'b.yaml': `${manifest('b1')}---\n${manifest('b2')}---\n`,
    'a.json': JSON.stringify({
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }],
    }),
    'below/c.yml': manifest('c'),
    'notes.md': '# not a manifest',
  });
  expect(names(path)).toEqual(['a', 'b1', 'b2', 'c']);
});

test('leaves out what is no object of Kubernetes', () => {
  expect(names(folder({ 'values.yaml': 'replicas: 3\n' }))).toEqual([]);
});

test.each([
  ['nothing there', () => '/nowhere/at/all.yaml', '/nowhere/at/all.yaml does not exist'],
  ['no manifest', () => folder({}), 'holds no .yaml, .yml or .json file'],
  ['no YAML', () => folder({ 'bad.yaml': 'a: [1' }), 'bad.yaml: '],
])('says what is wrong: %s', (_what, path, message) => {
  expect(() => loadManifests(path())).toThrow(message);
});
