/** Images of one static program, such as the pause container's: an OCI layout in a tar. Pure. */

import { createHash } from 'node:crypto';

const BLOCK = 512;

/** A tar (ustar) of regular files, all owned by root and dated 1970, so that same contents give the same bytes. */
export function tar(files: readonly { name: string; data: Uint8Array; mode?: number }[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const { name, data, mode = 0o644 } of files) {
    const header = Buffer.alloc(BLOCK);
    const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
    header.write(name, 0);
    header.write(octal(mode, 8), 100);
    header.write(octal(0, 8), 108);
    header.write(octal(0, 8), 116);
    header.write(octal(data.length, 12), 124);
    header.write(octal(0, 12), 136);
    header.write(' '.repeat(8), 148);
    header.write('0', 156);
    header.write('ustar\x0000', 257);
    header.write(
      `${octal(
        header.reduce((sum, byte) => sum + byte, 0),
        7,
      )} `,
      148,
    );
    parts.push(header, data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** An image called `reference` that runs `program` as its only file. */
export function singleProgramImage(reference: string, program: Uint8Array, architecture: string): Buffer {
  const blobs: { name: string; data: Buffer }[] = [];
  const describe = (mediaType: string, data: Buffer) => {
    const hex = createHash('sha256').update(data).digest('hex');
    blobs.push({ name: `blobs/sha256/${hex}`, data });
    return { mediaType, digest: `sha256:${hex}`, size: data.length };
  };
  const json = (value: object) => Buffer.from(JSON.stringify(value));

  const layer = describe('application/vnd.oci.image.layer.v1.tar', tar([{ name: 'main', data: program, mode: 0o755 }]));
  const config = describe(
    'application/vnd.oci.image.config.v1+json',
    json({
      architecture,
      os: 'linux',
      config: { Entrypoint: ['/main'], User: '65535:65535' },
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
  );
  const manifest = describe(
    'application/vnd.oci.image.manifest.v1+json',
    json({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers: [layer] }),
  );
  const annotations = { 'io.containerd.image.name': reference, 'org.opencontainers.image.ref.name': reference };
  const index = json({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] });
  const layout = json({ imageLayoutVersion: '1.0.0' });
  return tar([{ name: 'oci-layout', data: layout }, { name: 'index.json', data: index }, ...blobs]);
}
