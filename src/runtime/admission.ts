import { isOf, type Kind, type KubeObject, keyOf } from '../api/kube.ts';
import type { ObjectRef } from './client.ts';
import type { AdmissionCheck, Domain } from './domain.ts';
import type { Instant } from './environment.ts';
import { deepEqual } from './json.ts';

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
    readonly warnings?: readonly string[];
    readonly patchType?: 'JSONPatch';
    /** Base64 of an RFC 6902 patch. */
    readonly patch?: string;
    readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
  };
}

/** The object as the cluster has it at this moment. */
export type Look = (kind: Kind, ref: ObjectRef) => Promise<KubeObject | undefined>;

interface Verdict {
  readonly problems: readonly string[];
  readonly warnings?: readonly string[];
}

/** Answers a review by the domain whose kind it is; what no domain knows is allowed. */
export async function reviewAdmission(
  domains: readonly Domain[],
  review: AdmissionReview,
  look: Look = async () => undefined,
): Promise<AdmissionReview> {
  const { apiVersion, kind } = review;
  const { uid, object, oldObject } = requestOf(review);
  const { problems, warnings = [] } = object
    ? await judge(domains, object, oldObject ?? undefined, look)
    : { problems: [] };
  const told = warnings.length > 0 && { warnings };
  if (problems.length === 0) return { apiVersion, kind, response: { uid, allowed: true, ...told } };
  const message = `${object?.kind} ${keyOf(object?.metadata ?? {})} is refused: ${problems.join('; ')}`;
  const status = { code: 422, reason: 'Invalid', message };
  return { apiVersion, kind, response: { uid, allowed: false, ...told, status } };
}

/** Answers a review by what the domain whose kind it is wants stored otherwise. Pure. */
export function reviewMutation(domains: readonly Domain[], review: AdmissionReview, now: Instant): AdmissionReview {
  const { apiVersion, kind } = review;
  const { uid, object, oldObject } = requestOf(review);
  const changed = object && checkOf(domains, object)?.mutate?.(object, oldObject ?? undefined, now);
  const operations = object && changed ? specPatch(object, changed) : [];
  if (operations.length === 0) return { apiVersion, kind, response: { uid, allowed: true } };
  const patch = Buffer.from(JSON.stringify(operations)).toString('base64');
  return { apiVersion, kind, response: { uid, allowed: true, patchType: 'JSONPatch', patch } };
}

function requestOf({ request }: AdmissionReview): AdmissionRequest {
  if (!request) throw new Error('the AdmissionReview has no request');
  return request;
}

const checkOf = (domains: readonly Domain[], object: KubeObject): AdmissionCheck | undefined =>
  domains.flatMap(({ admission = [] }) => admission).find(({ kind }) => isOf(kind, object));

async function judge(
  domains: readonly Domain[],
  object: KubeObject,
  previous: KubeObject | undefined,
  look: Look,
): Promise<Verdict> {
  // Nobody may be kept from finishing a deletion by rules that came later.
  if (object.metadata.deletionTimestamp !== undefined) return { problems: [] };
  try {
    const problems = domains.find(({ kind }) => isOf(kind, object))?.validate?.(object, previous);
    const check = checkOf(domains, object);
    if (!check?.validate) return { problems: problems ?? [] };
    const refs = (check.reads ?? []).flatMap(({ kind, refs: of }) => of(object).map((ref) => ({ kind, ref })));
    const found = await Promise.all(refs.map(({ kind, ref }) => look(kind, ref)));
    const verdict = check.validate(
      object,
      previous,
      found.filter((one) => one !== undefined),
    );
    return { ...verdict, problems: [...(problems ?? []), ...verdict.problems] };
  } catch (error) {
    return { problems: [`it cannot be checked: ${(error as Error).message}`] };
  }
}

/** One operation for each field of the spec that differs. */
function specPatch(object: KubeObject, changed: KubeObject): readonly object[] {
  const [before, after] = [object.spec, changed.spec] as readonly Readonly<Record<string, unknown>>[];
  return Object.entries(after ?? {})
    .filter(([field, value]) => !deepEqual(before?.[field], value))
    .map(([field, value]) => ({ op: 'add', path: `/spec/${field}`, value }));
}
