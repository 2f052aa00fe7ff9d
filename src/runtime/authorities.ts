import { randomBytes, X509Certificate } from 'node:crypto';
import { SECRET } from '../api/kinds.ts';
import type { KubeObject } from '../api/kube.ts';
import { isAlreadyExists, isConflict, isNotFound, type KubeClient } from './client.ts';
import type { Instant } from './environment.ts';
import { type Authority, newAuthority } from './x509.ts';

/** Who vouches for our servers: what clients are to trust, and what signs. */
export interface Authorities {
  /** Certificates, PEM, oldest first. */
  readonly bundle: string;
  readonly signing: Authority;
}

/** The one Secret that is read and written, in the controller's own namespace. */
export const AUTHORITIES_SECRET = 'armature-controller-authorities';

const DAY_MS = 24 * 3_600_000;
const VALID_MS = 3650 * DAY_MS;
/** A successor is told to clients this long before it is needed: longer than any pod lives. */
const SUCCEED_MS = 365 * DAY_MS;
/** What a server's own certificate may outlive its authority by is nothing. */
const LAST_SIGNATURE_MS = 60 * DAY_MS;
const ATTEMPTS = 5;

interface Stored extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * The authorities in a Secret, made when there are none, so that replicas and successors of this process share them. A
 * new one joins a year before the old one ends, and signs only when everybody has long been told of it.
 * @throws ApiError when the Secret can neither be read nor written
 */
export async function keptAuthorities(client: KubeClient, namespace: string, now: Instant): Promise<Authorities> {
  const ref = { namespace, name: AUTHORITIES_SECRET };
  for (let attempt = 1; ; attempt++) {
    const stored = (await client.get(SECRET, ref).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    })) as Stored | undefined;
    const before = authoritiesIn(stored).filter(({ cert }) => endOf(cert) > now);
    const after = withSuccessor(before, now);
    if (stored && after === before) return chosen(after, now);
    try {
      if (stored) await client.replace(SECRET, { ...stored, data: dataOf(after) } as KubeObject);
      else await client.create(SECRET, secretOf(ref, after));
      return chosen(after, now);
    } catch (error) {
      if (!(isAlreadyExists(error) || isConflict(error)) || attempt >= ATTEMPTS) throw error;
    }
  }
}

/** Authorities that live as long as this process: for one that has nowhere to keep them. */
export function passingAuthorities(now: Instant): Authorities {
  return chosen(withSuccessor([], now), now);
}

export function withSuccessor(authorities: readonly Authority[], now: Instant): readonly Authority[] {
  const last = authorities.at(-1);
  if (last && endOf(last.cert) - now > SUCCEED_MS) return authorities;
  const commonName = `armature-${randomBytes(6).toString('hex')}`;
  return [...authorities, newAuthority(commonName, { now, forMs: VALID_MS })];
}

/** The oldest signs for as long as it can: whoever trusts anything of ours trusts it. */
function chosen(authorities: readonly Authority[], now: Instant): Authorities {
  const signing = authorities.find(({ cert }) => endOf(cert) - now > LAST_SIGNATURE_MS) ?? authorities.at(-1);
  if (!signing) throw new Error('there is no authority');
  return { bundle: authorities.map(({ cert }) => cert).join(''), signing };
}

const endOf = (cert: string): Instant => Date.parse(new X509Certificate(cert).validTo);

function secretOf(metadata: { namespace: string; name: string }, authorities: readonly Authority[]): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: dataOf(authorities) } as KubeObject;
}

function dataOf(authorities: readonly Authority[]): Record<string, string> {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  return {
    'ca.crt': encode(authorities.map(({ cert }) => cert).join('')),
    'ca.key': encode(authorities.map(({ key }) => key).join('')),
  };
}

/** Those of a Secret; none where it is not of our making. */
function authoritiesIn(stored: Stored | undefined): readonly Authority[] {
  const blocks = (name: string, label: string) =>
    Buffer.from(stored?.data?.[name] ?? '', 'base64')
      .toString('utf8')
      .match(new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`, 'g')) ?? [];
  const keys = blocks('ca.key', 'PRIVATE KEY');
  return blocks('ca.crt', 'CERTIFICATE').flatMap((cert, index) => {
    const key = keys[index];
    const [, commonName] = /CN=(.+)/.exec(new X509Certificate(cert).subject) ?? [];
    return key && commonName ? [{ commonName, cert: `${cert}\n`, key: `${key}\n` }] : [];
  });
}
