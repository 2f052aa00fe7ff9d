import { apiVersionOf, type Kind, type KubeObject } from '../../../src/api/kube.ts';
import type { ApiServer } from '../../../src/embedded/api-server.ts';
import type { DeleteRequest } from '../../../src/embedded/deletion.ts';
import type { ListRequest } from '../../../src/embedded/list.ts';
import type { DeleteResult, SelectRequest, WriteRequest } from '../../../src/embedded/requests.ts';
import { ApiError, type PatchType } from '../../../src/runtime/client.ts';
import type { Answer, OpenWatch, Request, Seen, Side } from './calls.ts';
import { USER_AGENT } from './real-side.ts';

/** The cluster in memory, behind what its HTTP front would read out of a request. */
export class EmbeddedSide implements Side {
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  async send(request: Request): Promise<Answer> {
    try {
      return { code: request.verb === 'create' ? 201 : 200, body: this.#answer(request) };
    } catch (error) {
      return refusal(error);
    }
  }

  async watch(request: Request): Promise<OpenWatch> {
    const events: Seen[] = [];
    const { kind, namespace, query = {} } = request;
    try {
      const stop = this.#server.watch(
        kind as Kind,
        {
          ...selection(query),
          ...(kind?.namespaced && { namespace }),
          ...(query.resourceVersion !== undefined && { resourceVersion: String(query.resourceVersion) }),
          ...(query.resourceVersionMatch !== undefined && { resourceVersionMatch: String(query.resourceVersionMatch) }),
          ...(query.sendInitialEvents !== undefined && { sendInitialEvents: query.sendInitialEvents === true }),
        },
        (event) => events.push(event),
      );
      return { events, stop };
    } catch (error) {
      // A moment that is forgotten is told within the stream.
      const refused = refusal(error);
      if (refused.code !== 410) return { refused, events, stop: () => {} };
      return { events: [{ type: 'ERROR', object: { ...(refused.body as object), code: 410 } }], stop: () => {} };
    }
  }

  #answer(request: Request): unknown {
    const { verb, kind, name = '', sub, patch, body, namespace: place, query = {} } = request;
    if (!kind) throw new Error('a call without a kind');
    const server = this.#server;
    const namespace = kind.namespaced ? place : undefined;
    const ref = { name, ...(namespace && { namespace }) };
    const { fieldManager = USER_AGENT.split('/')[0], ...others } = query;
    const options = writeRequest(patch === 'apply' ? query : { ...others, fieldManager: fieldManager as string }, sub);
    switch (verb) {
      case 'get':
        return sub ? server.getSubresource(kind, ref, sub) : server.get(kind, ref);
      case 'list':
        return this.#list(kind, namespace, query);
      case 'create':
        return server.create(kind, namespace, body as KubeObject, options);
      case 'post':
        return server.post(kind, ref, sub ?? '', body, options);
      case 'update':
        return server.replace(kind, ref, body as KubeObject, options);
      case 'patch':
        return server.patch(kind, ref, patch as PatchType | 'strategic', body, options);
      case 'delete':
        return deleted(kind, server.resource(kind).returnsDeleted === true, server.delete(kind, ref, deletion(body)));
      case 'deletecollection':
        return {
          items: server.deleteCollection(
            kind,
            { ...(namespace && { namespace }), ...listRequest(query) },
            deletion(body),
          ),
        };
      default:
        throw new Error(`${verb} is no call`);
    }
  }

  #list(kind: Kind, namespace: string | undefined, query: NonNullable<Request['query']>): unknown {
    const page = this.#server.list(kind, { ...(namespace && { namespace }), ...listRequest(query) });
    const { items, ...metadata } = page;
    const listKind = this.#server.resource(kind).listKind ?? `${kind.kind}List`;
    return { apiVersion: apiVersionOf(kind), kind: listKind, metadata, items };
  }
}

function refusal(error: unknown): Answer {
  if (!(error instanceof ApiError)) {
    const { stack } = error as Error;
    return { code: 500, body: { kind: 'Status', reason: 'Thrown', message: stack } };
  }
  const { code, reason, message } = error;
  return { code, body: { kind: 'Status', reason, message } };
}

function selection(query: NonNullable<Request['query']>): SelectRequest {
  const { labelSelector, fieldSelector } = query;
  return {
    ...(labelSelector !== undefined && { labelSelector: String(labelSelector) }),
    ...(fieldSelector !== undefined && { fieldSelector: String(fieldSelector) }),
  };
}

function listRequest(query: NonNullable<Request['query']>): ListRequest & SelectRequest {
  const { limit, continue: token, resourceVersion, resourceVersionMatch } = query;
  return {
    ...selection(query),
    ...(limit !== undefined && { limit: Number(limit) }),
    ...(token !== undefined && { continue: String(token) }),
    ...(resourceVersion !== undefined && { resourceVersion: String(resourceVersion) }),
    ...(resourceVersionMatch !== undefined && { resourceVersionMatch: String(resourceVersionMatch) }),
  };
}

function writeRequest(query: NonNullable<Request['query']>, subresource: string | undefined): WriteRequest {
  const { fieldManager, fieldValidation, force, dryRun } = query;
  return {
    ...(subresource && { subresource }),
    ...(fieldManager !== undefined && { fieldManager: String(fieldManager) }),
    ...(fieldValidation !== undefined && { fieldValidation: fieldValidation as 'Strict' }),
    ...(force !== undefined && { force: force === true }),
    ...(dryRun !== undefined && { dryRun: true }),
  };
}

function deletion(body: unknown): DeleteRequest {
  const {
    preconditions = {},
    dryRun,
    ...options
  } = (body ?? {}) as {
    preconditions?: { uid?: string; resourceVersion?: string };
    dryRun?: readonly string[];
    gracePeriodSeconds?: number;
    propagationPolicy?: 'Foreground';
  };
  const { gracePeriodSeconds, propagationPolicy } = options;
  return {
    ...preconditions,
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy !== undefined && { propagationPolicy }),
    ...(dryRun && { dryRun: true }),
  };
}

function deleted(kind: Kind, returnsObject: boolean, { object, gone }: DeleteResult): unknown {
  if (!gone || returnsObject) return object;
  const { name, uid } = object.metadata;
  const details = { name, ...(kind.group && { group: kind.group }), kind: kind.plural, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
