import type { DeleteRequest } from '../deletion.ts';
import { badRequest } from '../errors.ts';
import type { ListRequest } from '../list.ts';
import type { WriteRequest } from '../requests.ts';

export type Query = URLSearchParams;

/** As Kubernetes reads them: whatever is given and is neither `0` nor `false` in any case, such as Python's `True`. */
export const flag = (query: Query, name: string): boolean => {
  const value = query.get(name);
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
};

/** @throws ApiError 400 for what is no number */
export function number(query: Query, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** A parameter that is absent or empty is not there. */
function texts<K extends string>(query: Query, names: readonly K[]): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const name of names) {
    const value = query.get(name);
    if (value) found[name] = value;
  }
  return found;
}

export function listParameters(query: Query): ListRequest & { labelSelector?: string; fieldSelector?: string } {
  const limit = number(query, 'limit');
  return {
    ...texts(query, ['labelSelector', 'fieldSelector', 'continue', 'resourceVersion', 'resourceVersionMatch']),
    ...(limit && { limit }),
  };
}

const VALIDATIONS = ['Ignore', 'Warn', 'Strict'] as const;

/** @param userAgent whoever names no manager is known by it */
export function writeParameters(
  query: Query,
  userAgent: string | undefined,
  warn: (warning: string) => void,
): WriteRequest {
  const { fieldManager = userAgent?.split('/')[0] } = texts(query, ['fieldManager']);
  const validation = query.get('fieldValidation') || 'Warn';
  const fieldValidation = VALIDATIONS.find((known) => known === validation);
  if (!fieldValidation) {
    throw badRequest(
      `fieldValidation: Unsupported value: ${JSON.stringify(validation)}: supported values: "Ignore", "Strict", "Warn"`,
    );
  }
  return {
    ...(fieldManager && { fieldManager }),
    ...(query.get('force') && { force: flag(query, 'force') }),
    ...(isDryRun(query.getAll('dryRun')) && { dryRun: true }),
    fieldValidation,
    warn,
  };
}

/** @throws ApiError 400 for anything but `All` */
function isDryRun(values: readonly string[]): boolean {
  const given = values.filter((value) => value !== '');
  const unknown = given.find((value) => value !== 'All');
  if (unknown === undefined) return given.length > 0;
  throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(unknown)}: supported values: "All"`);
}

interface DeleteOptionsBody {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

/** What a deletion asks for, in its body (DeleteOptions) or its query. */
export function deleteParameters(query: Query, body: DeleteOptionsBody | undefined): DeleteRequest {
  const { preconditions: { uid, resourceVersion } = {}, orphanDependents, dryRun = [] } = body ?? {};
  const gracePeriodSeconds = body?.gracePeriodSeconds ?? number(query, 'gracePeriodSeconds');
  const orphaned = orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background';
  const policy = body?.propagationPolicy ?? orphaned ?? (query.get('propagationPolicy') || undefined);
  const propagationPolicy = POLICIES.find((known) => known === policy);
  if (policy !== undefined && !propagationPolicy) {
    throw badRequest(
      `propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Background", "Foreground", "Orphan"`,
    );
  }
  return {
    ...(typeof gracePeriodSeconds === 'number' && { gracePeriodSeconds }),
    ...(propagationPolicy && { propagationPolicy }),
    ...(uid && { uid }),
    ...(resourceVersion && { resourceVersion }),
    ...(isDryRun([...dryRun, ...query.getAll('dryRun')]) && { dryRun: true }),
  };
}
