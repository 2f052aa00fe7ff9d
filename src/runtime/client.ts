import type { Kind, KubeObject } from '../api/kube.ts';

/** Where an object stands; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  readonly namespace?: string;
  readonly name: string;
}

export interface ListOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Page size; the server decides when absent. */
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly signal?: AbortSignal;
}

export interface ListPage {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  /** Present when more pages follow. */
  readonly continue?: string;
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly resourceVersion: string;
  /** Asks for the current state first (WatchList); its end is a bookmark annotated `k8s.io/initial-events-end`. */
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

export interface WriteOptions {
  /** `status` and the like. */
  readonly subresource?: string;
  readonly fieldManager?: string;
  /** Takes over fields that another manager owns; server-side apply only. */
  readonly force?: boolean;
  readonly dryRun?: boolean;
  /** The answer's metadata will do: cheaper to write for the server and to read for us. It may still be whole. */
  readonly metadataOnly?: boolean;
  /** `Ignore` drops unknown fields without the second parse that warnings cost the server. @default - the server's: Warn */
  readonly fieldValidation?: 'Ignore' | 'Strict';
  readonly signal?: AbortSignal;
}

export interface DeleteOptions {
  /** Deletes only this very object, not a successor of the same name. */
  readonly uid?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly signal?: AbortSignal;
}

export type PatchType = 'apply' | 'merge' | 'json';

/**
 * What the runtime needs of a cluster: a real apiserver over HTTP, or one in memory.
 * Every method throws {@link ApiError} when the server refuses.
 */
export interface KubeClient {
  get(kind: Kind, ref: ObjectRef, signal?: AbortSignal): Promise<KubeObject>;
  list(kind: Kind, options: ListOptions): Promise<ListPage>;
  /** Ends when the server closes the stream; throws {@link ApiError} for an ERROR event (410 among them). */
  watch(kind: Kind, options: WatchOptions): AsyncIterable<WatchEvent>;
  create(kind: Kind, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  replace(kind: Kind, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  patch(kind: Kind, ref: ObjectRef, type: PatchType, body: unknown, options?: WriteOptions): Promise<KubeObject>;
  delete(kind: Kind, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
}

/** What the server, or the way to it, answered instead of success. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 when no answer came. */
  readonly code: number;
  /** Kubernetes' machine-readable reason, such as `AlreadyExists`; `Unreachable` when no answer came. */
  readonly reason: string;
  /** From `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** The reasons behind the reason, such as `NamespaceTerminating` behind `Forbidden`. */
  readonly causes: readonly string[];

  constructor(
    code: number,
    reason: string,
    message: string,
    retryAfterSeconds?: number,
    causes: readonly string[] = [],
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.causes = causes;
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404;
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 409 && error.reason === 'AlreadyExists';
export const isConflict = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 409 && error.reason !== 'AlreadyExists';
/** Nothing can be made in this namespace any more, however often one asks. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 403 && error.causes.includes('NamespaceTerminating');
