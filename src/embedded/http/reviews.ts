import type { Identities, Identity } from './identities.ts';

/** A question to the server that is answered at once and never stored. */
export interface ReviewKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly answer: (spec: Readonly<Record<string, unknown>>, asked: Asked) => object;
}

interface Asked {
  readonly user: Identity;
  readonly identities: Identities;
  readonly now: number;
}

const AUTHENTICATION = { group: 'authentication.k8s.io', version: 'v1', namespaced: false };
const AUTHORIZATION = { group: 'authorization.k8s.io', version: 'v1', namespaced: false };

/** Whoever has a token may do everything: the cluster belongs to one person. */
const allowed = () => ({ allowed: true, reason: 'the embedded cluster does not restrict who has a token' });

const shown = ({ username, groups, uid, extra }: Identity) => ({
  username,
  groups,
  ...(uid && { uid }),
  ...(extra && { extra }),
});

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

export const REVIEWS: readonly ReviewKind[] = [
  {
    ...AUTHENTICATION,
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    answer: (_spec, { user }) => ({ userInfo: shown(user) }),
  },
  {
    ...AUTHENTICATION,
    kind: 'TokenReview',
    plural: 'tokenreviews',
    answer: ({ token, audiences }, { identities, now }) => {
      const found = identities.byToken(String(token ?? ''), now, textsIn(audiences));
      if (!found) return { user: {}, error: 'the token is not known, or over' };
      return {
        authenticated: true,
        user: shown(found),
        ...(Array.isArray(audiences) && audiences.length > 0 && { audiences }),
      };
    },
  },
  { ...AUTHORIZATION, kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', answer: allowed },
  { ...AUTHORIZATION, kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', answer: allowed },
  {
    ...AUTHORIZATION,
    kind: 'LocalSubjectAccessReview',
    plural: 'localsubjectaccessreviews',
    namespaced: true,
    answer: allowed,
  },
  {
    ...AUTHORIZATION,
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    answer: () => ({
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      incomplete: false,
    }),
  },
];

/** The question with its answer. */
export function reviewed(review: ReviewKind, body: Readonly<Record<string, unknown>>, asked: Asked): object {
  const spec = (body.spec ?? {}) as Readonly<Record<string, unknown>>;
  const { group, version, kind } = review;
  return {
    kind,
    apiVersion: `${group}/${version}`,
    metadata: (body.metadata as object | undefined) ?? {},
    spec,
    status: review.answer(spec, asked),
  };
}
