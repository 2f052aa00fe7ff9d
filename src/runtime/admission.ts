import { apiVersionOf, type KubeObject, keyOf } from '../api/kube.ts';
import type { Domain } from './domain.ts';

interface AdmissionRequest {
  readonly uid: string;
  readonly operation: string;
  readonly object?: KubeObject | null;
  readonly oldObject?: KubeObject | null;
}

/** `admission.k8s.io/v1`, as much of it as is read and written here. */
export interface AdmissionReview {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request?: AdmissionRequest;
  readonly response?: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
  };
}

/** Answers a review by the `validate` of the domain whose kind it is; what no domain knows is allowed. Pure. */
export function reviewAdmission(domains: readonly Domain[], review: AdmissionReview): AdmissionReview {
  const { apiVersion, kind, request } = review;
  if (!request) throw new Error('the AdmissionReview has no request');
  const { uid, object, oldObject } = request;
  const problems = object ? problemsOf(domains, object, oldObject ?? undefined) : [];
  if (problems.length === 0) return { apiVersion, kind, response: { uid, allowed: true } };
  const message = `${object?.kind} ${keyOf(object?.metadata ?? {})} is refused: ${problems.join('; ')}`;
  return { apiVersion, kind, response: { uid, allowed: false, status: { code: 422, reason: 'Invalid', message } } };
}

function problemsOf(domains: readonly Domain[], object: KubeObject, previous?: KubeObject): readonly string[] {
  const domain = domains.find(({ kind }) => kind.kind === object.kind && apiVersionOf(kind) === object.apiVersion);
  // Nobody may be kept from finishing a deletion by rules that came later.
  if (!domain?.validate || object.metadata.deletionTimestamp !== undefined) return [];
  try {
    return domain.validate(object, previous);
  } catch (error) {
    return [`it cannot be checked: ${(error as Error).message}`];
  }
}
