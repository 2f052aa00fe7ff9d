import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { type Digest, finish } from './digest.ts';

/** One path of a layer. Times are always the epoch; owner is root unless told otherwise. */
export type Entry = { readonly path: string; readonly mode?: number; readonly uid?: number; readonly gid?: number } & (
  | { readonly type: 'directory' }
  | { readonly type: 'symlink'; readonly target: string }
  | { readonly type: 'file'; readonly content: string | Uint8Array }
  /** Copied from a file of this machine; a symbolic link is followed. */
  | { readonly type: 'file'; readonly source: string }
);

/** A layer as a file on disk, with all that a manifest and a configuration say about it. */
export interface Layer {
  readonly file: string;
  readonly mediaType: string;
  /** In bytes, as stored. */
  readonly size: number;
  /** Of the stored, perhaps compressed, bytes. */
  readonly digest: Digest;
  /** Of the uncompressed tar. */
  readonly diffId: Digest;
}

export const TAR = 'application/vnd.oci.image.layer.v1.tar';
export const TAR_GZIP = `${TAR}+gzip`;

const DEFAULT_MODE = { directory: 0o755, symlink: 0o777, file: 0o644 } as const;

/** Every folder above `path`, outermost first. */
function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Sorted by path, with the folders that nobody listed. */
export function completed(entries: readonly Entry[]): Entry[] {
  const byPath = new Map<string, Entry>();
  for (const entry of entries) {
    const path = entry.path.replace(/^\/+|\/+$/g, '');
    if (byPath.has(path)) throw new Error(`/${path} is listed twice in one layer; remove one of the two entries.`);
    byPath.set(path, { ...entry, path });
  }
  for (const path of [...byPath.keys()].flatMap(parentsOf)) {
    if (!byPath.has(path)) byPath.set(path, { type: 'directory', path });
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A deterministic tar: same entries, same bytes. */
export const tarOf = (entries: readonly Entry[]): Readable =>
  Readable.from(chunksOf(completed(entries)), { objectMode: false });

async function* chunksOf(entries: readonly Entry[]): AsyncGenerator<Buffer> {
  const archive = pack();
  addAll(archive, entries).then(
    () => archive.finalize(),
    (error: Error) => archive.destroy(error),
  );
  yield* archive as AsyncIterable<Buffer>;
}

async function addAll(archive: ReturnType<typeof pack>, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    const header = {
      name: entry.type === 'directory' ? `${entry.path}/` : entry.path,
      mode: entry.mode ?? DEFAULT_MODE[entry.type],
      uid: entry.uid ?? 0,
      gid: entry.gid ?? 0,
      mtime: new Date(0),
    };
    if (entry.type === 'directory') archive.entry({ ...header, type: 'directory' });
    else if (entry.type === 'symlink') archive.entry({ ...header, type: 'symlink', linkname: entry.target });
    else if ('content' in entry) archive.entry(header, Buffer.from(entry.content));
    else {
      const { size } = await stat(entry.source);
      await pipeline(createReadStream(entry.source), archive.entry({ ...header, size }));
    }
  }
}

/** Passes bytes on and counts and hashes them. */
function meter() {
  const hash = createHash('sha256');
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ digest: finish(hash), size }) };
}

/** Writes a gzipped layer to `file`. Throws when two entries share a path or a source cannot be read. */
export async function writeLayer(entries: readonly Entry[], file: string): Promise<Layer> {
  const plain = meter();
  const packed = meter();
  await pipeline(tarOf(entries), plain.stream, createGzip({ level: 6 }), packed.stream, createWriteStream(file));
  return { file, mediaType: TAR_GZIP, ...packed.result(), diffId: plain.result().digest };
}

/** Takes a tar that another program wrote as a layer, uncompressed. */
export async function layerOfTar(file: string): Promise<Layer> {
  const counted = meter();
  counted.stream.resume();
  await pipeline(createReadStream(file), counted.stream);
  const { digest, size } = counted.result();
  return { file, mediaType: TAR, size, digest, diffId: digest };
}
