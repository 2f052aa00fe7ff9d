import { createPrivateKey, X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { newAuthority, newCertificate } from '../../src/runtime/x509.ts';

const VALIDITY = { now: Date.now(), forMs: 3_600_000 };
const authority = newAuthority('test-ca', VALIDITY);

describe('certificates', () => {
  test('an authority signs itself and may sign others', () => {
    const parsed = new X509Certificate(authority.cert);
    expect(parsed.ca).toBe(true);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.subject).toBe('CN=test-ca');
  });

  test('a client certificate carries user and groups, and its key fits', () => {
    const client = newCertificate(authority, { commonName: 'jane', groups: ['writers', 'readers'] }, VALIDITY);
    const parsed = new X509Certificate(client.cert);
    expect(parsed.subject.split('\n')).toEqual(['O=writers', 'O=readers', 'CN=jane']);
    expect(parsed.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
    expect(parsed.checkIssued(new X509Certificate(authority.cert))).toBe(true);
    expect(parsed.checkPrivateKey(createPrivateKey(client.key))).toBe(true);
    expect(parsed.ca).toBe(false);
  });

  test('serial numbers are positive and differ', () => {
    const serials = Array.from(
      { length: 20 },
      () => new X509Certificate(newCertificate(authority, { commonName: 'a' }, VALIDITY).cert).serialNumber,
    );
    expect(new Set(serials).size).toBe(20);
    for (const serial of serials) expect(serial).toMatch(/^01/);
  });

  test('both ends of a mutual TLS connection accept them', async () => {
    const server = newCertificate(
      authority,
      {
        commonName: 's',
        hosts: ['localhost', '127.0.0.1'],
        usages: ['server'],
      },
      VALIDITY,
    );
    const client = newCertificate(authority, { commonName: 'jane' }, VALIDITY);
    const ends = { ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const listener = createServer({ ...ends, cert: server.cert, key: server.key }, (socket) => {
      socket.end(String((socket as TLSSocket).getPeerCertificate().subject.CN));
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as { port: number };
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect({ ca: authority.cert, cert: client.cert, key: client.key, host: '127.0.0.1', port });
      socket.once('error', reject);
      socket.once('data', (data) => resolve(data.toString()));
    });
    listener.close();
    expect(answer).toBe('jane');
  });
});
