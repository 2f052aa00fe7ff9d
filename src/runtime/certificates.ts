import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { bits, boolean, element, integer, octets, oid, sequence, set, text, time } from './der.ts';
import type { Instant } from './environment.ts';

/** A server's key and certificate, and the authority (of nothing else) that vouches for it; all PEM. */
export interface ServingCertificate {
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
  readonly notAfter: Instant;
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const HOUR_MS = 3_600_000;

interface Subject {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

interface Issuer {
  readonly name: string;
  readonly privateKey: KeyObject;
}

/**
 * Makes a certificate for these DNS names, under an authority whose key is forgotten at once: nothing secret has to be
 * kept anywhere.
 * @param now - it is valid from an hour before, for clocks that differ
 */
export function makeServingCertificate(dnsNames: readonly string[], now: Instant, validMs: number): ServingCertificate {
  const name = `armature-webhook-${randomBytes(6).toString('hex')}`;
  const authorityKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const serverKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer: Issuer = { name, privateKey: authorityKeys.privateKey };
  const notAfter = now + validMs;
  const authority = certificate(
    issuer,
    { name, publicKey: authorityKeys.publicKey, extensions: AUTHORITY },
    now,
    notAfter,
  );
  const server: Subject = {
    name: dnsNames[0] ?? 'localhost',
    publicKey: serverKeys.publicKey,
    extensions: [...SERVER, alternativeNames(dnsNames)],
  };
  return {
    key: serverKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: certificate(issuer, server, now, notAfter),
    authority,
    notAfter,
  };
}

/** The certificates of a bundle that are still valid at `now`, oldest first. */
export function validCertificates(bundle: string, now: Instant): string[] {
  const blocks = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => `${block}\n`).filter((block) => expiryOf(block) > now);
}

function expiryOf(pem: string): Instant {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return 0;
  }
}

function certificate(issuer: Issuer, subject: Subject, now: Instant, notAfter: Instant): string {
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    commonName(issuer.name),
    sequence(time(now - HOUR_MS), time(notAfter)),
    commonName(subject.name),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...subject.extensions)),
  );
  const signature = sign('sha256', body, issuer.privateKey);
  const base64 = sequence(body, ECDSA_WITH_SHA256, bits(signature)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/** Common names hold 64 characters at most; what a client checks are the alternative names. */
const commonName = (name: string): Buffer => sequence(set(sequence(oid('2.5.4.3'), text(name.slice(0, 64)))));

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));

const KEY_USAGE = '2.5.29.15';
const BASIC_CONSTRAINTS = '2.5.29.19';
const AUTHORITY = [
  extension(BASIC_CONSTRAINTS, true, sequence(boolean(true))),
  extension(KEY_USAGE, true, bits(Buffer.from([0b0000_0100]), 2)),
];
const SERVER = [
  extension(BASIC_CONSTRAINTS, true, sequence()),
  extension(KEY_USAGE, true, bits(Buffer.from([0b1000_0000]), 7)),
  extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
];

const alternativeNames = (dnsNames: readonly string[]): Buffer =>
  extension('2.5.29.17', false, sequence(...dnsNames.map((name) => element(0x82, Buffer.from(name)))));
