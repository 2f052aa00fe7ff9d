import { createReadStream, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { extract } from 'tar-stream';
import { baseEntries, bundleEntries, controllerConfig } from '../../scripts/images/controller-image.ts';
import { NODE_ENVIRONMENT } from '../../scripts/images/node-environment.ts';
import { digestOf } from '../../scripts/oci/digest.ts';
import { writeImage } from '../../scripts/oci/image.ts';
import { writeLayer } from '../../scripts/oci/layer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'armature-image-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function build(name: string) {
  const base = await writeLayer(baseEntries(), join(folder, `${name}-base`));
  const program = await writeLayer(
    bundleEntries([{ path: 'armature.mjs', content: Buffer.from('1') }]),
    join(folder, `${name}-program`),
  );
  return writeImage('armature:1.2.3', controllerConfig('amd64'), [base, program], join(folder, `${name}.tar`));
}

async function contents(file: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const archive = createReadStream(file).pipe(extract());
  for await (const entry of archive) {
    if (entry.header.type === 'file') files.set(entry.header.name, await text(entry));
    else entry.resume();
  }
  return files;
}

describe('an image', () => {
  test('is the same, byte for byte, when built twice', async () => {
    const [first, second] = [await build('a'), await build('b')];
    expect(second.digest).toBe(first.digest);
    expect(digestOf(await readFile(second.file))).toBe(digestOf(await readFile(first.file)));
  });

  test('is an OCI layout whose every reference can be followed', async () => {
    const image = await build('a');
    const files = await contents(image.file);
    const blob = (digest: string) => files.get(`blobs/${digest.replace(':', '/')}`) ?? '';
    const index = JSON.parse(files.get('index.json') ?? '');
    expect(index.manifests[0].digest).toBe(image.digest);
    const manifest = JSON.parse(blob(index.manifests[0].digest));
    expect(manifest.layers).toHaveLength(2);
    for (const layer of manifest.layers) expect(files.has(`blobs/${layer.digest.replace(':', '/')}`)).toBe(true);
    expect(digestOf(blob(manifest.config.digest))).toBe(manifest.config.digest);
    expect(JSON.parse(blob(manifest.config.digest)).rootfs.diff_ids).toHaveLength(2);
  });

  test('carries the names under which containerd and Docker file it', async () => {
    const files = await contents((await build('a')).file);
    const annotations = JSON.parse(files.get('index.json') ?? '').manifests[0].annotations;
    expect(annotations['io.containerd.image.name']).toBe('docker.io/library/armature:1.2.3');
    expect(annotations['org.opencontainers.image.ref.name']).toBe('1.2.3');
    expect(JSON.parse(files.get('manifest.json') ?? '')[0].RepoTags).toEqual(['armature:1.2.3']);
  });

  test('of the controller runs as a numbered user that is not root, with limits to the heap', () => {
    const config = controllerConfig('amd64');
    expect(config.user).toBe('65532');
    expect(config.entrypoint).toEqual(['/usr/local/bin/node', '/armature.mjs']);
    expect(config.env?.NODE_OPTIONS).toContain('--max-old-space-size=80');
    const dockerfile = readFileSync(join(import.meta.dirname, '..', '..', 'images', 'Dockerfile'), 'utf8');
    for (const [name, value] of Object.entries(NODE_ENVIRONMENT)) {
      expect(dockerfile).toMatch(new RegExp(`${name}="?${value}"?(\\s|$)`, 'm'));
    }
  });
});
