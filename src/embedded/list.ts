import type { KubeObject } from '../api/kube.ts';
import { keyOf } from '../api/kube.ts';
import type { ListOptions } from '../runtime/client.ts';
import { badRequest, expired } from './errors.ts';
import type { Predicate } from './selectors.ts';
import { CompactedError, type Store } from './store.ts';

export interface ListResult {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continue?: string;
  /** Known only where nothing is selected. */
  readonly remainingItemCount?: number;
}

/** Where the next page starts, and of which moment. */
interface Continuation {
  readonly v: 'meta.k8s.io/v1';
  readonly rv: number;
  readonly start: string;
}

export type ListRequest = Pick<ListOptions, 'namespace' | 'limit' | 'continue' | 'resourceVersion'> & {
  readonly resourceVersionMatch?: string;
};

/**
 * One page of a table. Later pages show the moment of the first one.
 * @throws ApiError 400 for a token or version that cannot be read, 410 for a moment that is forgotten, 504 for a
 * version of the future
 */
export function listPage(
  store: Store,
  table: string,
  request: ListRequest,
  selected: Predicate | undefined,
  rows?: Predicate,
): ListResult {
  const from = request.continue ? decode(request.continue) : undefined;
  const revision = from?.rv ?? momentOf(store, request);
  const all = snapshot(store, table, revision, from !== undefined);
  const { namespace, limit } = request;
  const items: KubeObject[] = [];
  let at = 0;
  for (; at < all.length; at++) {
    const object = all[at] as KubeObject;
    if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
    if (from && keyOf(object.metadata) < from.start) continue;
    if (rows && !rows(object)) continue;
    // What is not selected still makes a page the last one or not.
    if (limit && items.length === limit) break;
    if (selected && !selected(object)) continue;
    items.push(object);
  }
  const resourceVersion = String(revision);
  if (at === all.length) return { items, resourceVersion };
  const next = encode({ v: 'meta.k8s.io/v1', rv: revision, start: keyOf((all[at] as KubeObject).metadata) });
  if (selected) return { items, resourceVersion, continue: next };
  const rest = all.slice(at).filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  return { items, resourceVersion, continue: next, remainingItemCount: rest.length };
}

function momentOf(store: Store, { resourceVersion = '', resourceVersionMatch }: ListRequest): number {
  if (resourceVersion === '' || resourceVersion === '0') return store.revision;
  const revision = Number(resourceVersion);
  if (!Number.isSafeInteger(revision) || revision < 0) {
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`,
    );
  }
  return resourceVersionMatch === 'Exact' ? revision : Math.max(revision, store.revision);
}

function snapshot(store: Store, table: string, revision: number, continued: boolean): readonly KubeObject[] {
  try {
    return store.listAt(table, revision);
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
    throw expired(
      continued
        ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.'
        : `The resourceVersion for the provided list is too old.`,
    );
  }
}

const encode = (continuation: Continuation): string => btoa(JSON.stringify(continuation)).replace(/=+$/, '');

function decode(token: string): Continuation {
  try {
    const parsed: unknown = JSON.parse(atob(token));
    const { rv, start } = parsed as Partial<Continuation>;
    if (typeof rv === 'number' && typeof start === 'string') return { v: 'meta.k8s.io/v1', rv, start };
  } catch {
    // Told below, as any other token that is none of ours.
  }
  throw badRequest('invalid continue token: continue key is not valid: it is none of this server');
}
