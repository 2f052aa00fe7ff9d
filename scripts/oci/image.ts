import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Digest, digestOf } from './digest.ts';
import { type Entry, type Layer, tarOf } from './layer.ts';

/** What a container of the image runs, and as whom. */
export interface ImageConfig {
  readonly architecture: 'amd64' | 'arm64';
  readonly user?: string;
  readonly entrypoint: readonly string[];
  readonly command?: readonly string[];
  readonly workingDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Image {
  readonly file: string;
  /** As pods name it, such as `armature:0.1.0`. */
  readonly name: string;
  /** Of the manifest. */
  readonly digest: Digest;
  /** Sum of the stored layers, in bytes. */
  readonly size: number;
}

const EPOCH = '1970-01-01T00:00:00Z';
const blobPath = (digest: Digest) => `blobs/${digest.replace(':', '/')}`;

function configOf(config: ImageConfig, layers: readonly Layer[]): string {
  return JSON.stringify({
    created: EPOCH,
    architecture: config.architecture,
    os: 'linux',
    config: {
      ...(config.user === undefined ? {} : { User: config.user }),
      ...(config.env === undefined ? {} : { Env: Object.entries(config.env).map(([key, value]) => `${key}=${value}`) }),
      Entrypoint: config.entrypoint,
      ...(config.command === undefined ? {} : { Cmd: config.command }),
      WorkingDir: config.workingDir ?? '/',
      ...(config.labels === undefined ? {} : { Labels: config.labels }),
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map(() => ({ created: EPOCH, created_by: 'armature' })),
  });
}

/** The name by which containerd and Docker file an image that has no registry. */
const canonical = (name: string) => (name.includes('/') ? name : `docker.io/library/${name}`);

/**
 * Writes one image as a tar that `ctr images import`, `kind load image-archive`, `docker load` and `podman load` read:
 * an OCI layout, with Docker's manifest.json beside it. Same name, configuration and layers: same bytes.
 */
export async function writeImage(
  name: string,
  config: ImageConfig,
  layers: readonly Layer[],
  file: string,
): Promise<Image> {
  const configJson = configOf(config, layers);
  const descriptor = (mediaType: string, data: string) => ({
    mediaType,
    digest: digestOf(data),
    size: Buffer.byteLength(data),
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('application/vnd.oci.image.config.v1+json', configJson),
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  });
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        ...descriptor('application/vnd.oci.image.manifest.v1+json', manifest),
        platform: { architecture: config.architecture, os: 'linux' },
        annotations: {
          'io.containerd.image.name': canonical(name),
          'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
        },
      },
    ],
  });
  const docker = JSON.stringify([
    { Config: blobPath(digestOf(configJson)), RepoTags: [name], Layers: layers.map((layer) => blobPath(layer.digest)) },
  ]);
  const text = (path: string, content: string): Entry => ({ type: 'file', path, content });
  const blobs = new Map<string, Entry>(
    layers.map((layer) => [layer.digest, { type: 'file', path: blobPath(layer.digest), source: layer.file }]),
  );
  const entries: Entry[] = [
    text('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
    text('index.json', index),
    text('manifest.json', docker),
    text(blobPath(digestOf(manifest)), manifest),
    text(blobPath(digestOf(configJson)), configJson),
    ...blobs.values(),
  ];
  await pipeline(tarOf(entries), createWriteStream(`${file}.part`));
  await rename(`${file}.part`, file);
  return { file, name, digest: digestOf(manifest), size: layers.reduce((sum, layer) => sum + layer.size, 0) };
}
