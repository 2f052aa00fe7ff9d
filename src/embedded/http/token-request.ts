import { randomBytes } from 'node:crypto';
import { timestamp } from '../../api/timestamp.ts';
import type { Environment } from '../../runtime/environment.ts';
import type { ApiServer } from '../api-server.ts';
import { SERVICE_ACCOUNT } from '../builtin/kinds.ts';
import { type Identities, serviceAccountIdentity } from './identities.ts';

interface TokenContext {
  readonly server: ApiServer;
  readonly environment: Environment;
  readonly identities: Identities;
}

const DEFAULT_SECONDS = 3600;
const LEAST_SECONDS = 600;

export interface TokenAccount {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  /** The pod that the token is for. */
  readonly pod?: BoundPod;
}

interface BoundPod {
  readonly name: string;
  readonly uid?: string;
}

const boundTo = ({ name, uid }: BoundPod) => ({
  'authentication.kubernetes.io/pod-name': [name],
  ...(uid && { 'authentication.kubernetes.io/pod-uid': [uid] }),
});

/** A token that speaks for a service account, for a time. */
export function issueToken(
  { environment, identities }: Omit<TokenContext, 'server'>,
  account: TokenAccount,
  seconds: number,
  audiences: readonly string[] = [],
): { readonly token: string; readonly until: number } {
  const token = randomBytes(32).toString('base64url');
  const until = environment.now() + seconds * 1000;
  const { namespace, name, uid, pod } = account;
  const identity = serviceAccountIdentity(namespace, name, uid);
  identities.add(token, pod ? { ...identity, extra: boundTo(pod) } : identity, until, audiences);
  return { token, until };
}

/** Answers a TokenRequest. Throws 404 when there is no such account. */
export function requestToken(
  context: TokenContext,
  ref: { readonly namespace: string; readonly name: string },
  body: Readonly<Record<string, unknown>>,
): object {
  const { uid } = context.server.get(SERVICE_ACCOUNT, ref).metadata;
  const spec = (body.spec ?? {}) as {
    readonly expirationSeconds?: number;
    readonly audiences?: readonly string[];
    readonly boundObjectRef?: BoundPod & { readonly kind?: string };
  };
  const pod = spec.boundObjectRef?.kind === 'Pod' ? spec.boundObjectRef : undefined;
  const seconds = Math.max(spec.expirationSeconds ?? DEFAULT_SECONDS, LEAST_SECONDS);
  const { token, until } = issueToken(
    context,
    { ...ref, ...(uid && { uid }), ...(pod && { pod }) },
    seconds,
    spec.audiences,
  );
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { ...ref, creationTimestamp: timestamp(context.environment.now()) },
    spec: { audiences: [], ...spec, expirationSeconds: seconds },
    status: { token, expirationTimestamp: timestamp(until) },
  };
}
