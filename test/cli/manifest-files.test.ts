import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseManifests, readManifests } from '../../src/cli/manifest-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'armature-manifests-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const document = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

describe('manifests', () => {
  test('of a folder are its YAML files in the order of their names', () => {
    writeFileSync(join(folder, 'b.yaml'), document('b'));
    writeFileSync(join(folder, 'a.k8s.yaml'), `${document('a')}---\n---\n${document('a2')}`);
    writeFileSync(join(folder, 'report.json'), '{"tests":[]}');
    expect(readManifests(folder).map(({ metadata }) => metadata.name)).toEqual(['a', 'a2', 'b']);
  });

  test('in a List are unpacked, JSON too', () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }],
    };
    expect(parseManifests(JSON.stringify(list), 'f')).toHaveLength(1);
  });

  test.each([
    ['text that is not YAML', 'a: [', 'f is not YAML'],
    ['a document that is no object', 'a: 1', 'f holds a document that is no Kubernetes object'],
  ])('%s is refused, naming the file', (_title, text, message) => {
    expect(() => parseManifests(text, 'f')).toThrow(message);
  });

  test('of a folder without any are refused, saying what to do', () => {
    expect(() => readManifests(folder)).toThrow('synthesize the platform first');
  });
});
