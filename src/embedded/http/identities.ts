import { createHash } from 'node:crypto';

/** Who sends a request. */
export interface Identity {
  readonly username: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  /** What else is known, such as the pod that the token was given to. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

interface Known {
  readonly identity: Identity;
  /** Milliseconds since the epoch; a token without stays good. */
  readonly until?: number;
  /** For whom the token is good; without, for the API alone. */
  readonly audiences?: readonly string[];
}

/** The bearer tokens of one front, kept as digests. */
export class Identities {
  readonly #known = new Map<string, Known>();

  add(token: string, identity: Identity, until?: number, audiences: readonly string[] = []): void {
    this.#known.set(digest(token), {
      identity,
      ...(until !== undefined && { until }),
      ...(audiences.length > 0 && { audiences }),
    });
  }

  /**
   * Undefined for a token that nobody gave out, that is over, or that is good for others.
   * @param audiences - for whom it should be good; the API where none is named
   */
  byToken(token: string, now: number, audiences: readonly string[] = []): Identity | undefined {
    const key = digest(token);
    const found = this.#known.get(key);
    if (found?.until !== undefined && found.until <= now) {
      this.#known.delete(key);
      return undefined;
    }
    return found && meant(found.audiences, audiences) ? found.identity : undefined;
  }

  /** By the value of an Authorization header. */
  byHeader(authorization: string | undefined, now: number): Identity | undefined {
    const [, token] = /^Bearer\s+(\S+)$/i.exec(authorization ?? '') ?? [];
    return token === undefined ? undefined : this.byToken(token, now);
  }
}

/** Whom a token of the API's own is good for. */
export const API_AUDIENCE = 'https://kubernetes.default.svc.cluster.local';

const meant = (good = [API_AUDIENCE] as readonly string[], asked: readonly string[]): boolean =>
  (asked.length > 0 ? asked : [API_AUDIENCE]).some((audience) => good.includes(audience));

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
