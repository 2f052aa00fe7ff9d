/** Makes X.509 v3 certificates with EC P-256 keys. */

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bits, boolean, element, integer, octets, oid, sequence, set, text, time } from './der.ts';
import type { Instant } from './environment.ts';

export interface CertificateRequest {
  readonly commonName: string;
  /** Organizations: the groups of the user, to Kubernetes. */
  readonly groups?: readonly string[];
  /** DNS names and IPv4 addresses a server answers to. */
  readonly hosts?: readonly string[];
  readonly usages?: readonly ('server' | 'client')[];
}

/** PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Certificate {
  readonly commonName: string;
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const USAGE_OIDS = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };
const HOUR_MS = 3_600_000;
const DIGITAL_SIGNATURE = bits(Buffer.from([0x80]), 7);
const SIGN_CERTIFICATES = bits(Buffer.from([0x86]), 1);

/** A key pair alone, PEM texts: `cert` holds the public key. */
export function newKeyPair(): { publicKey: string; privateKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/** When a certificate is valid: from an hour before `now`, for clocks that differ. */
export interface Validity {
  readonly now: Instant;
  /** Milliseconds after `now`. */
  readonly forMs: number;
}

/** A self-signed authority. */
export function newAuthority(commonName: string, validity: Validity): Authority {
  const pair = newKeyPair();
  const extensions = [
    extension('2.5.29.19', sequence(boolean(true)), true),
    extension('2.5.29.15', SIGN_CERTIFICATES, true),
  ];
  const cert = certify({ commonName }, pair.publicKey, { commonName, key: pair.privateKey }, extensions, validity);
  return { commonName, cert, key: pair.privateKey };
}

/** A certificate signed by `authority`. */
export function newCertificate(authority: Authority, request: CertificateRequest, validity: Validity): Certificate {
  const pair = newKeyPair();
  const usages = (request.usages ?? ['client']).map((usage) => oid(USAGE_OIDS[usage]));
  const extensions = [
    extension('2.5.29.19', sequence(), true),
    extension('2.5.29.15', DIGITAL_SIGNATURE, true),
    extension('2.5.29.37', sequence(...usages)),
  ];
  if (request.hosts?.length) extensions.push(extension('2.5.29.17', sequence(...request.hosts.map(alternativeName))));
  return { cert: certify(request, pair.publicKey, authority, extensions, validity), key: pair.privateKey };
}

function certify(
  subject: CertificateRequest,
  publicKey: string,
  issuer: Pick<Authority, 'commonName' | 'key'>,
  extensions: readonly Buffer[],
  { now, forMs }: Validity,
): string {
  const keys = [
    extension('2.5.29.14', octets(keyId(publicKey))),
    extension('2.5.29.35', sequence(element(0x80, keyId(publicOf(issuer.key))))),
  ];
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_SHA256,
    distinguishedName(issuer.commonName),
    sequence(time(now - HOUR_MS), time(now + forMs)),
    distinguishedName(subject.commonName, subject.groups),
    spki(publicKey),
    element(0xa3, sequence(...extensions, ...keys)),
  );
  const whole = sequence(body, ECDSA_SHA256, bits(sign('sha256', body, createPrivateKey(issuer.key))));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return critical ? sequence(oid(id), boolean(true), octets(value)) : sequence(oid(id), octets(value));
}

function distinguishedName(commonName: string, groups: readonly string[] = []): Buffer {
  const part = (id: string, value: string) => set(sequence(oid(id), text(value)));
  return sequence(...groups.map((group) => part('2.5.4.10', group)), part('2.5.4.3', commonName));
}

function alternativeName(host: string): Buffer {
  return isIPv4(host) ? element(0x87, Buffer.from(host.split('.').map(Number))) : element(0x82, Buffer.from(host));
}

const publicOf = (privateKey: string) =>
  createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' }) as string;
const spki = (publicKey: string) => createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
/** The key itself is the last 65 bytes of a P-256 SPKI. */
const keyId = (publicKey: string) => createHash('sha1').update(spki(publicKey).subarray(-65)).digest();
