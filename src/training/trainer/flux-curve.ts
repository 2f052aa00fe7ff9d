import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KubeObject } from '../../api/kube.ts';
import type { RandomBytes } from '../../runtime/environment.ts';
import { CURVE_FILE } from './policies/flux-scripts.ts';

/** A pair of keys by which the brokers of a Flux instance know one another, in the form of ZeroMQ (zcert, CURVE). */

const KEY_BYTES = 32;
/** What stands before a private key of X25519 in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** ZeroMQ's base 85 (RFC 32/Z85): five digits for four bytes. */
export function z85(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const value = bytes.readUInt32BE(at);
    for (const weight of [85 ** 4, 85 ** 3, 85 ** 2, 85, 1]) text += DIGITS[Math.floor(value / weight) % 85];
  }
  return text;
}

/** The text of a certificate with both keys. The same bytes make the same pair. */
export function curveCertificate(name: string, randomBytes: RandomBytes): string {
  const secret = Buffer.from(randomBytes(KEY_BYTES));
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, secret]), format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return `metadata
    name = "${name}"
curve
    public-key = "${z85(Buffer.from(x, 'base64url'))}"
    secret-key = "${z85(secret)}"
`;
}

/** The Secret with a pair of its own. */
export function drawCurve(secret: KubeObject, randomBytes: RandomBytes): KubeObject {
  const certificate = curveCertificate(secret.metadata.name ?? '', randomBytes);
  return { ...secret, data: { [CURVE_FILE]: Buffer.from(certificate).toString('base64') } } as KubeObject;
}
