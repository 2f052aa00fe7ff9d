import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** `sha256:` and 64 hexadecimal digits, as OCI writes digests. */
export type Digest = `sha256:${string}`;

export const finish = (hash: Hash): Digest => `sha256:${hash.digest('hex')}`;

export const digestOf = (data: string | Uint8Array): Digest => finish(createHash('sha256').update(data));

/** The digest of a file's content, read as a stream. */
export async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return finish(hash);
}
