import { createECDH } from 'node:crypto';
import type { KubeObject } from '../../api/kube.ts';
import { bits, element, integer, octets, oid, sequence } from '../../runtime/der.ts';
import type { RandomBytes } from '../../runtime/environment.ts';

export const PRIVATE_KEY = 'ssh-privatekey';
export const PUBLIC_KEY = 'ssh-publickey';

/** NIST P-521: the order of its group, its length in bytes, and its names. */
const ORDER = (1n << 521n) - (1n << 260n) + 0xa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n;
const LENGTH = 66;
const CURVE = 'secp521r1';
const CURVE_OID = '1.3.132.0.35';
const SSH_CURVE = 'nistp521';
const SSH_TYPE = `ecdsa-sha2-${SSH_CURVE}`;

export interface SshKeyPair {
  /** PEM, as `EC PRIVATE KEY` (SEC 1). */
  readonly privateKey: string;
  /** One line, as in `authorized_keys`. */
  readonly publicKey: string;
}

/** A pair of keys for ssh, ECDSA over P-521. The same bytes make the same pair. */
export function makeSshKeyPair(randomBytes: RandomBytes): SshKeyPair {
  const secret = drawScalar(randomBytes);
  const curve = createECDH(CURVE);
  curve.setPrivateKey(secret);
  const point = curve.getPublicKey();
  const der = sequence(
    integer(Uint8Array.of(1)),
    octets(secret),
    element(0xa0, oid(CURVE_OID)),
    element(0xa1, bits(point)),
  );
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  const blob = Buffer.concat([sshString(Buffer.from(SSH_TYPE)), sshString(Buffer.from(SSH_CURVE)), sshString(point)]);
  return {
    privateKey: ['-----BEGIN EC PRIVATE KEY-----', ...lines, '-----END EC PRIVATE KEY-----', ''].join('\n'),
    publicKey: `${SSH_TYPE} ${blob.toString('base64')}\n`,
  };
}

/** A number from 1 to the order less one, each as likely as the others: what falls outside is drawn again. */
function drawScalar(randomBytes: RandomBytes): Buffer {
  for (;;) {
    const bytes = Buffer.from(randomBytes(LENGTH));
    bytes[0] = (bytes[0] ?? 0) & 1;
    const value = BigInt(`0x${bytes.toString('hex')}`);
    if (value > 0n && value < ORDER) return bytes;
  }
}

function sshString(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

/** The Secret with a pair of its own. */
export function drawKeys(secret: KubeObject, randomBytes: RandomBytes): KubeObject {
  const { privateKey, publicKey } = makeSshKeyPair(randomBytes);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const data = { [PRIVATE_KEY]: base64(privateKey), [PUBLIC_KEY]: base64(publicKey) };
  return { ...secret, data } as KubeObject;
}
