import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readManifests } from '../../src/cli/manifest-files.ts';

function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'manifests-'));
  mkdirSync(join(path, 'below'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

const manifest = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
const names = (path: string) => readManifests(path).map((object) => object.metadata.name);

test('reads every document of every manifest in a directory, by name', () => {
  const path = folder({
    'b.yaml': `${manifest('b1')}---\n${manifest('b2')}---\n`,
    'a.json': JSON.stringify({
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }],
    }),
    'below/c.yml': manifest('c'),
    'notes.md': '# not a manifest',
  });
  expect(names(path)).toEqual(['a', 'b1', 'b2']);
});

test.each([
  ['nothing there', () => '/nowhere/at/all.yaml', '/nowhere/at/all.yaml'],
  ['no manifest', () => folder({}), 'holds no Kubernetes objects'],
  ['no YAML', () => folder({ 'bad.yaml': 'a: [1' }), 'bad.yaml is not YAML'],
  [
    'no object',
    () => folder({ 'values.yaml': 'replicas: 3' }),
    'values.yaml holds a document that is no Kubernetes object',
  ],
])('says what is wrong: %s', (_what, path, message) => {
  expect(() => readManifests(path())).toThrow(message);
});
