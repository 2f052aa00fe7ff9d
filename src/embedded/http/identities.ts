import { createHash } from 'node:crypto';

/** Who sends a request. */
export interface Identity {
  readonly username: string;
  readonly groups: readonly string[];
  readonly uid?: string;
}

interface Known {
  readonly identity: Identity;
  /** Milliseconds since the epoch; a token without stays good. */
  readonly until?: number;
}

/** The bearer tokens of one front, kept as digests. */
export class Identities {
  readonly #known = new Map<string, Known>();

  add(token: string, identity: Identity, until?: number): void {
    this.#known.set(digest(token), { identity, ...(until !== undefined && { until }) });
  }

  /** Undefined for a token that nobody gave out, or that is over. */
  byToken(token: string, now: number): Identity | undefined {
    const key = digest(token);
    const found = this.#known.get(key);
    if (found?.until === undefined || found.until > now) return found?.identity;
    this.#known.delete(key);
    return undefined;
  }

  /** By the value of an Authorization header. */
  byHeader(authorization: string | undefined, now: number): Identity | undefined {
    const [, token] = /^Bearer\s+(\S+)$/i.exec(authorization ?? '') ?? [];
    return token === undefined ? undefined : this.byToken(token, now);
  }
}

/** Looking up a digest tells nothing about how much of a guess was right. */
const digest = (token: string): string => createHash('sha256').update(token).digest('base64');

/** As Kubernetes names a service account among users. */
export function serviceAccountIdentity(namespace: string, name: string, uid?: string): Identity {
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    ...(uid && { uid }),
  };
}
