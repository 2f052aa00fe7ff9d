import { randomBytes, X509Certificate } from 'node:crypto';
import type { Instant } from './environment.ts';
import { newAuthority, newCertificate } from './x509.ts';

/** A server's key and certificate, and the authority (of nothing else) that vouches for it; all PEM. */
export interface ServingCertificate {
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
  readonly notAfter: Instant;
}

/**
 * Makes a certificate for these DNS names, under an authority whose key is forgotten at once: nothing secret has to be
 * kept anywhere.
 * @param now - it is valid from an hour before, for clocks that differ
 */
export function makeServingCertificate(dnsNames: readonly string[], now: Instant, validMs: number): ServingCertificate {
  const validity = { now, forMs: validMs };
  const authority = newAuthority(`armature-webhook-${randomBytes(6).toString('hex')}`, validity);
  // Common names hold 64 characters at most; what a client checks are the alternative names.
  const commonName = (dnsNames[0] ?? 'localhost').slice(0, 64);
  const { cert, key } = newCertificate(authority, { commonName, hosts: dnsNames, usages: ['server'] }, validity);
  return { key, certificate: cert, authority: authority.cert, notAfter: now + validMs };
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
