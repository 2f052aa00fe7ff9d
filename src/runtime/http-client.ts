import type { Dispatcher, Pool } from 'undici';
import { apiVersionOf, type Kind, type KubeObject } from '../api/kube.ts';
import {
  ApiError,
  type DeleteOptions,
  type KubeClient,
  type ListOptions,
  type ListPage,
  type ObjectRef,
  type PatchType,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from './client.ts';
import { type Environment, sleep } from './environment.ts';
import type { ClusterAccess, Credentials } from './kubeconfig.ts';
import { cutManagedFields } from './managed-fields.ts';
import { openPool, send } from './pool.ts';
import { queryString, resourcePath } from './resource-path.ts';
import { TokenBucket } from './token-bucket.ts';
import { LineSplitter, parseWatchLine } from './watch-lines.ts';

export interface HttpClientOptions {
  readonly access: ClusterAccess;
  readonly environment: Environment;
  readonly userAgent: string;
  /** Connections for everything but watches, which have their own. @default 16 */
  readonly connections?: number;
  /** Requests a second, watches apart; 0 is no limit. @default 0 */
  readonly qps?: number;
  /** How far `qps` may be exceeded for a moment. @default - twice `qps` */
  readonly burst?: number;
  /** Told of every answer; the code is `<error>` when none came. */
  readonly onResponse?: (method: string, code: string) => void;
}

const PATCH_CONTENT: Readonly<Record<PatchType, string>> = {
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
};
const JSON_CONTENT = 'application/json';
const METADATA_CONTENT = `${JSON_CONTENT};as=PartialObjectMetadata;g=meta.k8s.io;v=v1,${JSON_CONTENT}`;
const MAX_ATTEMPTS = 6;
const MAX_RETRY_AFTER_SECONDS = 30;
const REQUEST_TIMEOUT_MS = 60_000;

interface Request {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  /** @default JSON */
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

interface Connections {
  readonly certificate: string | undefined;
  readonly requests: Pool;
  readonly watches: Pool;
}

/** Talks to an apiserver over HTTP/1.1 keep-alive connections. */
export class HttpClient implements KubeClient {
  readonly #options: HttpClientOptions;
  readonly #bucket: TokenBucket | undefined;
  #connections: Connections | undefined;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    const qps = options.qps ?? 0;
    if (qps > 0) this.#bucket = new TokenBucket(options.environment, qps, Math.max(1, options.burst ?? 2 * qps));
  }

  get(kind: Kind, ref: ObjectRef, signal?: AbortSignal): Promise<KubeObject> {
    return this.#object({ method: 'GET', path: resourcePath(kind, ref), signal });
  }

  async list(kind: Kind, options: ListOptions): Promise<ListPage> {
    const { namespace, signal, ...query } = options;
    const path = resourcePath(kind, { ...(namespace && { namespace }) }) + queryString({ ...query });
    const page = JSON.parse(cutManagedFields(await this.#send({ method: 'GET', path, signal }))) as {
      items?: KubeObject[] | null;
      metadata: { resourceVersion: string; continue?: string };
    };
    const named = { apiVersion: apiVersionOf(kind), kind: kind.kind };
    return {
      items: (page.items ?? []).map((item) => (item.kind ? item : { ...named, ...item })),
      resourceVersion: page.metadata.resourceVersion,
      ...(page.metadata.continue && { continue: page.metadata.continue }),
    };
  }

  async *watch(kind: Kind, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { namespace, signal, sendInitialEvents, ...query } = options;
    const path =
      resourcePath(kind, { ...(namespace && { namespace }) }) +
      queryString({
        ...query,
        watch: true,
        allowWatchBookmarks: true,
        ...(sendInitialEvents && { sendInitialEvents, resourceVersionMatch: 'NotOlderThan' }),
      });
    let body: Dispatcher.ResponseData['body'] | undefined;
    try {
      body = await this.#openWatch({ method: 'GET', path, signal });
      const splitter = new LineSplitter();
      for await (const chunk of body) {
        for (const line of splitter.push(chunk as Buffer)) yield parseWatchLine(line);
      }
    } catch (error) {
      if (signal.aborted) return;
      throw error instanceof ApiError ? error : unreachable('GET', path, error);
    } finally {
      body?.on('error', () => {});
      body?.destroy();
    }
  }

  create(kind: Kind, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { namespace } = object.metadata;
    const name = options.subresource ? object.metadata.name : undefined;
    return this.#write('POST', kind, { ...(namespace && { namespace }), ...(name && { name }) }, object, options);
  }

  replace(kind: Kind, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { namespace, name = '' } = object.metadata;
    return this.#write('PUT', kind, { ...(namespace && { namespace }), name }, object, options);
  }

  patch(kind: Kind, ref: ObjectRef, type: PatchType, body: unknown, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#write('PATCH', kind, ref, body, options, PATCH_CONTENT[type]);
  }

  async delete(kind: Kind, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const { uid, signal, ...rest } = options;
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...rest,
      ...(uid && { preconditions: { uid } }),
    });
    const path = resourcePath(kind, ref);
    await this.#send({ method: 'DELETE', path, body, contentType: 'application/json', signal });
  }

  /** Reads a path that is no resource, such as `/readyz`. */
  text(path: string, signal?: AbortSignal): Promise<string> {
    return this.#send({ method: 'GET', path, signal });
  }

  /** Reads a path that is no resource and answers in JSON, such as `/apis/apps/v1`: what the server serves. */
  async json(path: string, signal?: AbortSignal): Promise<unknown> {
    return JSON.parse(await this.text(path, signal));
  }

  /** Reads a path as lines of text while they come, such as a log that is followed. Ends when the server or `signal` does. */
  async *lines(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const body = await this.#openWatch({ method: 'GET', path, signal });
    const splitter = new LineSplitter();
    try {
      for await (const chunk of body) yield* splitter.push(chunk as Buffer);
    } catch (error) {
      if (!signal.aborted) throw unreachable('GET', path, error);
    } finally {
      body.on('error', () => {});
      body.destroy();
    }
  }

  /** Closes every connection; what is under way fails. */
  async close(): Promise<void> {
    const connections = this.#connections;
    this.#connections = undefined;
    await Promise.all([connections?.requests.destroy(), connections?.watches.destroy()]);
  }

  #write(
    method: Dispatcher.HttpMethod,
    kind: Kind,
    location: { namespace?: string; name?: string },
    body: unknown,
    options: WriteOptions,
    contentType = 'application/json',
  ): Promise<KubeObject> {
    const { subresource, fieldManager, force, dryRun, fieldValidation, metadataOnly, signal } = options;
    const query = queryString({ fieldManager, force, fieldValidation, ...(dryRun && { dryRun: 'All' }) });
    const path = resourcePath(kind, { ...location, ...(subresource && { subresource }) }) + query;
    const accept = metadataOnly ? METADATA_CONTENT : JSON_CONTENT;
    return this.#object({ method, path, body: JSON.stringify(body), contentType, accept, signal });
  }

  async #object(request: Request): Promise<KubeObject> {
    return JSON.parse(cutManagedFields(await this.#send(request))) as KubeObject;
  }

  /** Sends until an answer comes that is not "later" (429, or 5xx with Retry-After) or "who are you" (first 401). */
  async #send(request: Request): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      await this.#bucket?.take(request.signal);
      const { requests } = await this.#connect();
      const response = await this.#dispatch(requests, request, REQUEST_TIMEOUT_MS);
      const text = await response.body.text().catch((error: unknown) => {
        throw unreachable(request.method, request.path, error);
      });
      if (response.statusCode < 300) return text;
      await this.#refused(request, response, text, attempt);
    }
  }

  async #openWatch(request: Request): Promise<Dispatcher.ResponseData['body']> {
    for (let attempt = 1; ; attempt++) {
      const { watches } = await this.#connect();
      const response = await this.#dispatch(watches, request, 0);
      if (response.statusCode < 300) return response.body;
      await this.#refused(request, response, await response.body.text(), attempt);
    }
  }

  async #dispatch(pool: Pool, request: Request, bodyTimeout: number): Promise<Dispatcher.ResponseData> {
    const { method, path, body, contentType, accept = JSON_CONTENT, signal } = request;
    const credentials = await this.#options.access.credentials();
    try {
      const response = await send(pool, {
        method,
        path,
        bodyTimeout,
        headersTimeout: REQUEST_TIMEOUT_MS,
        headers: {
          accept,
          'user-agent': this.#options.userAgent,
          ...authorization(credentials),
          ...(contentType && { 'content-type': contentType }),
        },
        ...(body !== undefined && { body }),
        ...(signal && { signal }),
      });
      this.#options.onResponse?.(method, String(response.statusCode));
      return response;
    } catch (error) {
      this.#options.onResponse?.(method, '<error>');
      throw unreachable(method, path, error);
    }
  }

  /** Waits when the request may be sent again; throws otherwise. */
  async #refused(request: Request, response: Dispatcher.ResponseData, text: string, attempt: number): Promise<void> {
    const error = apiErrorOf(request, response, text);
    if (error.code === 401 && attempt === 1) {
      await this.#options.access.credentials(true);
      return;
    }
    const later = error.retryAfterSeconds !== undefined && (error.code === 429 || error.code >= 500);
    if (!later || attempt >= MAX_ATTEMPTS || request.signal?.aborted) throw error;
    const seconds = Math.min(error.retryAfterSeconds ?? 1, MAX_RETRY_AFTER_SECONDS);
    await sleep(
      this.#options.environment,
      seconds * 1000 * (1 + this.#options.environment.random() / 10),
      request.signal,
    );
  }

  async #connect(): Promise<Connections> {
    const { access, connections = 16 } = this.#options;
    const { certificate, key } = await access.credentials();
    if (this.#connections && this.#connections.certificate === certificate) return this.#connections;
    const connect = {
      keepAlive: true,
      ...(access.ca && { ca: access.ca }),
      ...(certificate && { cert: certificate }),
      ...(key && { key }),
      ...(access.serverName && { servername: access.serverName }),
      ...(access.skipTlsVerify && { rejectUnauthorized: false }),
    };
    // Over HTTP/2 the same work costs more processor time, and Node's client has leaked on long watches.
    const common = { connect, keepAliveTimeout: 60_000, allowH2: false };
    const previous = this.#connections;
    this.#connections = {
      certificate,
      requests: openPool(access.server, { ...common, connections }),
      watches: openPool(access.server, common),
    };
    void previous?.requests.close();
    void previous?.watches.close();
    return this.#connections;
  }
}

function authorization({ token, basic }: Credentials): { authorization?: string } {
  if (token) return { authorization: `Bearer ${token}` };
  return basic ? { authorization: `Basic ${Buffer.from(basic).toString('base64')}` } : {};
}

function unreachable(method: string, path: string, error: unknown): ApiError {
  const { message } = error as Error;
  return new ApiError(0, 'Unreachable', `${method} ${path} got no answer: ${message || String(error)}`);
}

function apiErrorOf(request: Request, response: Dispatcher.ResponseData, text: string): ApiError {
  let status: {
    reason?: string;
    message?: string;
    details?: { retryAfterSeconds?: number; causes?: readonly { reason?: string }[] | null };
  } = {};
  try {
    status = JSON.parse(text) ?? {};
  } catch {
    status = { message: text.slice(0, 200) };
  }
  const header = Number(response.headers['retry-after']);
  const retryAfter = Number.isFinite(header) ? header : status.details?.retryAfterSeconds;
  return new ApiError(
    response.statusCode,
    status.reason ?? 'Unknown',
    status.message || `${request.method} ${request.path} answered ${response.statusCode}`,
    retryAfter,
    (status.details?.causes ?? []).flatMap(({ reason }) => reason ?? []),
  );
}
