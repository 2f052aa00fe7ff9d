import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { digestOf } from '../../scripts/oci/digest.ts';
import { completed, type Entry, layerOfTar, writeLayer } from '../../scripts/oci/layer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'armature-layer-'));
});
afterEach(() => rm(folder, { recursive: true }));

const entries: Entry[] = [
  { type: 'file', path: '/usr/bin/tool', content: 'tool', mode: 0o755 },
  { type: 'symlink', path: 'bin', target: 'usr/bin' },
  { type: 'directory', path: '/tmp', mode: 0o1777 },
];

describe('a layer', () => {
  test('lists parent folders before what they hold, sorted, without leading slashes', () => {
    expect(completed(entries).map((entry) => entry.path)).toEqual(['bin', 'tmp', 'usr', 'usr/bin', 'usr/bin/tool']);
  });

  test('refuses a path that is listed twice', () => {
    expect(() => completed([...entries, { type: 'directory', path: 'tmp/' }])).toThrow('/tmp is listed twice');
  });

  test('has the same digest whenever and in whatever order it is built', async () => {
    const first = await writeLayer(entries, join(folder, 'a'));
    const second = await writeLayer([...entries].reverse(), join(folder, 'b'));
    expect(second.digest).toBe(first.digest);
    expect(second.diffId).toBe(first.diffId);
  });

  test('has another digest when a mode differs', async () => {
    const first = await writeLayer(entries, join(folder, 'a'));
    const second = await writeLayer([{ ...entries[0], mode: 0o700 } as Entry, ...entries.slice(1)], join(folder, 'b'));
    expect(second.digest).not.toBe(first.digest);
  });

  test('tells the digests of its stored and of its unpacked bytes', async () => {
    const layer = await writeLayer(entries, join(folder, 'a'));
    const stored = await readFile(layer.file);
    expect(layer.size).toBe(stored.length);
    expect(layer.digest).toBe(digestOf(stored));
    expect(layer.diffId).toBe(digestOf(gunzipSync(stored)));
  });

  test('copies files of this machine', async () => {
    await writeFile(join(folder, 'source'), 'x'.repeat(3000));
    const copied = await writeLayer([{ type: 'file', path: 'f', source: join(folder, 'source') }], join(folder, 'a'));
    const given = await writeLayer([{ type: 'file', path: 'f', content: 'x'.repeat(3000) }], join(folder, 'b'));
    expect(copied.digest).toBe(given.digest);
  });

  test('fails, naming the source that is not there', async () => {
    const missing: Entry = { type: 'file', path: 'f', source: join(folder, 'nothing') };
    await expect(writeLayer([missing], join(folder, 'a'))).rejects.toMatchObject({
      code: 'ENOENT',
      path: join(folder, 'nothing'),
    });
  });

  test('takes a tar as it is', async () => {
    await writeFile(join(folder, 'x.tar'), 'bytes');
    const layer = await layerOfTar(join(folder, 'x.tar'));
    expect(layer).toMatchObject({ size: 5, digest: digestOf('bytes'), diffId: digestOf('bytes') });
  });
});
