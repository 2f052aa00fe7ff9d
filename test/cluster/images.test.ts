import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { run } from '../../src/cluster/command.ts';
import { fullReference } from '../../src/cluster/images.ts';
import { singleProgramImage } from '../../src/cluster/oci-tar.ts';

describe('images', () => {
  test('a hand-made layout is a tar that others read, and the same each time', async () => {
    const image = singleProgramImage('armature.local/x:1', Buffer.from('#!program'), 'amd64');
    expect(image.equals(singleProgramImage('armature.local/x:1', Buffer.from('#!program'), 'amd64'))).toBe(true);
    const folder = await mkdtemp(join(tmpdir(), 'oci-'));
    try {
      await writeFile(join(folder, 'x.tar'), image);
      const names = (await run('tar', ['-tf', join(folder, 'x.tar')])).trim().split('\n');
      expect(names.slice(0, 2)).toEqual(['oci-layout', 'index.json']);
      const index = JSON.parse(await run('tar', ['-xOf', join(folder, 'x.tar'), 'index.json']));
      const [manifest] = index.manifests;
      expect(manifest.annotations['io.containerd.image.name']).toBe('armature.local/x:1');
      expect(names).toContain(`blobs/sha256/${manifest.digest.slice(7)}`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    ['busybox:1', 'docker.io/library/busybox:1'],
    ['team/app:1', 'docker.io/team/app:1'],
    ['localhost/app:1', 'localhost/app:1'],
    ['registry.example/app:1', 'registry.example/app:1'],
    ['host:5000/app:1', 'host:5000/app:1'],
  ])('%s is looked up as %s', (name, full) => expect(fullReference(name)).toBe(full));
});
