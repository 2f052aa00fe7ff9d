import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { SECRET } from '../../src/api/kinds.ts';
import { mpi } from '../../src/training/kinds/mpi.ts';
import { drawKeys, makeSshKeyPair } from '../../src/training/mpi/keys.ts';

const fixed = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + 3) & 0xff);

/** The point of the curve in a line of authorized_keys. */
function pointOf(line: string): Buffer {
  const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64');
  const parts: Buffer[] = [];
  for (let at = 0; at < blob.length; ) {
    const length = blob.readUInt32BE(at);
    parts.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  expect(parts.slice(0, 2).map(String)).toEqual(['ecdsa-sha2-nistp521', 'nistp521']);
  return parts[2] ?? Buffer.alloc(0);
}

describe('[training 24] the keys of an MPIJob', () => {
  test('the private key is one that OpenSSL reads, and the public key belongs to it', () => {
    for (const bytes of [fixed, randomBytes]) {
      const { privateKey, publicKey } = makeSshKeyPair(bytes);
      const key = createPrivateKey(privateKey);
      expect(key.asymmetricKeyDetails).toEqual({ namedCurve: 'secp521r1' });
      const signature = sign('sha512', Buffer.from('hello'), key);
      expect(verify('sha512', Buffer.from('hello'), createPublicKey(key), signature)).toBe(true);
      const { x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' });
      const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
      expect(pointOf(publicKey).equals(point)).toBe(true);
    }
  });

  test('the same bytes make the same pair, others another', () => {
    expect(makeSshKeyPair(fixed)).toEqual(makeSshKeyPair(fixed));
    expect(makeSshKeyPair(randomBytes).publicKey).not.toBe(makeSshKeyPair(randomBytes).publicKey);
  });

  test('bytes outside the group are drawn again', () => {
    const order =
      '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409';
    const answers = [Buffer.alloc(66), Buffer.alloc(66, 0xff), Buffer.from(order, 'hex'), Buffer.from(fixed(66))];
    const pair = makeSshKeyPair(() => answers.shift() ?? Buffer.alloc(0));
    expect(answers).toEqual([]);
    expect(pair).toEqual(makeSshKeyPair(fixed));
  });

  test('they go into the Secret as it is created, and nowhere else', () => {
    const planned = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'j-ssh' }, type: 'kubernetes.io/ssh-auth' };
    const drawn = drawKeys(planned, fixed) as typeof planned & { data: Record<string, string> };
    expect(Object.keys(drawn.data)).toEqual(['ssh-privatekey', 'ssh-publickey']);
    expect(Buffer.from(drawn.data['ssh-privatekey'] ?? '', 'base64').toString()).toMatch(
      /^-----BEGIN EC PRIVATE KEY-----\n/,
    );
    expect(drawn).toMatchObject(planned);
    const owned = mpi.extension?.owns.find(({ kind }) => kind === SECRET);
    expect(owned).toEqual({ kind: SECRET, update: 'never', draw: drawKeys });
  });
});
