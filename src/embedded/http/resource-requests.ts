import type { Kind, KubeObject } from '../../api/kube.ts';
import { ApiError, type ObjectRef } from '../../runtime/client.ts';
import { kindId } from '../../runtime/resource-path.ts';
import { badRequest, noSuchResource, notImplemented } from '../errors.ts';
import { type Resource, resourceId } from '../resource.ts';
import { objectIn, patchIn, readBody } from './body.ts';
import { hasDeleteCollection } from './discovery.ts';
import { type Exchange, type FrontContext, sendJson } from './exchange.ts';
import { formOf } from './media-type.ts';
import { isKnownElsewhere } from './not-served.ts';
import { deleteParameters, flag, listParameters, writeParameters } from './parameters.ts';
import { sendLogs } from './pod-logs.ts';
import { isPodMetrics, sendPodMetrics } from './pod-metrics.ts';
import { REVIEWS, type ReviewKind, reviewed } from './reviews.ts';
import type { ResourceRoute } from './route.ts';
import { successStatus } from './status.ts';
import { requestToken } from './token-request.ts';
import { View } from './view.ts';
import { sendWatch } from './watching.ts';

const OF_A_NODE = new Set(['attach', 'exec', 'portforward', 'proxy']);
const OF_PODS = new Set(['ephemeralcontainers', 'resize']);

/** Answers a request for a resource, an object, or a part of an object. */
export async function answerResource(context: FrontContext, exchange: Exchange, route: ResourceRoute): Promise<void> {
  const review = REVIEWS.find(
    ({ group, version, plural }) => group === route.group && version === route.version && plural === route.plural,
  );
  if (review) return answerReview(context, exchange, review);
  if (context.pods?.usage && isPodMetrics(route)) return sendPodMetrics(context, exchange, route);
  const resource = resourceOf(context, route);
  const { kind } = resource;
  if (kind.namespaced ? route.namespace === undefined && route.name !== undefined : route.namespace !== undefined) {
    throw noSuchResource();
  }
  if (route.name !== undefined && route.subresource !== undefined)
    return answerSubresource(context, exchange, resource, route, route.name, route.subresource);
  switch (exchange.request.method) {
    case 'GET':
    case 'HEAD':
      return read(context, exchange, resource, route);
    case 'POST':
      return create(context, exchange, resource, route);
    case 'PUT':
      return replace(context, exchange, resource, route);
    case 'PATCH':
      return patch(context, exchange, resource, route);
    case 'DELETE':
      return route.name === undefined
        ? removeAll(context, exchange, resource, route)
        : remove(context, exchange, resource, refOf(route));
    default:
      throw methodNotAllowed();
  }
}

const methodNotAllowed = (): ApiError =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');

function resourceOf({ server }: FrontContext, { group, version, plural }: ResourceRoute): Resource {
  try {
    return server.resource({ group, version, plural });
  } catch (error) {
    if (!isKnownElsewhere(group, plural)) throw error;
    throw notImplemented(kindId({ group, plural }));
  }
}

function refOf({ name, namespace }: ResourceRoute): ObjectRef {
  if (name === undefined) throw methodNotAllowed();
  return { name, ...(namespace !== undefined && { namespace }) };
}

function viewOf({ environment }: FrontContext, { request, query }: Exchange, resource: Resource): View {
  return new View(resource, formOf(request.headers.accept), query, () => environment.now());
}

async function read(
  context: FrontContext,
  exchange: Exchange,
  resource: Resource,
  route: ResourceRoute,
): Promise<void> {
  const { server } = context;
  const { query } = exchange;
  const view = viewOf(context, exchange, resource);
  const { namespace, name } = route;
  if (route.watch || flag(query, 'watch')) {
    const fields = [name && `metadata.name=${name}`, query.get('fieldSelector')].filter(Boolean).join(',');
    const show = (object: KubeObject, isBookmark: boolean) => view.watched(object, isBookmark);
    return sendWatch(context, exchange, {
      resource,
      ...(namespace !== undefined && { namespace }),
      ...(fields && { fieldSelector: fields }),
      show,
    });
  }
  if (name !== undefined) return sendJson(exchange, 200, view.object(server.get(resource.kind, refOf(route))));
  const page = server.list(resource.kind, { ...listParameters(query), ...(namespace !== undefined && { namespace }) });
  sendJson(exchange, 200, view.list(page));
}

async function bodyOf({ request }: Exchange): Promise<Readonly<Record<string, unknown>> | undefined> {
  return objectIn(await readBody(request), request.headers['content-type']);
}

async function objectOf(exchange: Exchange): Promise<KubeObject> {
  const body = await bodyOf(exchange);
  if (!body) throw badRequest('the body of the request was empty; an object is expected');
  return { ...body, metadata: body.metadata ?? {} } as unknown as KubeObject;
}

const writeOf = ({ query, request, warnings }: Exchange) =>
  writeParameters(query, request.headers['user-agent'], (warning) => warnings.push(warning));

async function create(
  context: FrontContext,
  exchange: Exchange,
  resource: Resource,
  { name, namespace }: ResourceRoute,
): Promise<void> {
  if (name !== undefined) throw methodNotAllowed();
  const view = viewOf(context, exchange, resource);
  const object = await objectOf(exchange);
  const { kind } = resource;
  const target = kind.namespaced ? (namespace ?? object.metadata.namespace) : undefined;
  if (kind.namespaced && !target) throw badRequest('an empty namespace may not be set during creation');
  const created = context.server.create(kind, target, object, writeOf(exchange));
  context.commit();
  sendJson(exchange, 201, view.object(created));
}

async function replace(
  context: FrontContext,
  exchange: Exchange,
  resource: Resource,
  route: ResourceRoute,
): Promise<void> {
  const ref = refOf(route);
  const view = viewOf(context, exchange, resource);
  const { subresource } = route;
  const request = { ...writeOf(exchange), ...(subresource && { subresource }) };
  const written = context.server.replace(resource.kind, ref, await objectOf(exchange), request);
  context.commit();
  sendJson(exchange, 200, view.object(written));
}

async function patch(
  context: FrontContext,
  exchange: Exchange,
  resource: Resource,
  route: ResourceRoute,
): Promise<void> {
  const ref = refOf(route);
  const view = viewOf(context, exchange, resource);
  const { request: incoming, query } = exchange;
  const { type, patch: body } = patchIn(await readBody(incoming), incoming.headers['content-type']);
  const { fieldManager, ...rest } = writeOf(exchange);
  // Server-side apply wants its manager said; the user agent does not stand in for it.
  const manager = type === 'apply' ? query.get('fieldManager') || undefined : fieldManager;
  const { subresource } = route;
  const write = { ...rest, ...(manager && { fieldManager: manager }), ...(subresource && { subresource }) };
  const existed = type !== 'apply' || exists(context, resource.kind, ref);
  const written = context.server.patch(resource.kind, ref, type, body, write);
  context.commit();
  sendJson(exchange, existed ? 200 : 201, view.object(written));
}

function exists({ server }: FrontContext, kind: Kind, ref: ObjectRef): boolean {
  try {
    server.get(kind, ref);
    return true;
  } catch {
    return false;
  }
}

async function remove(context: FrontContext, exchange: Exchange, resource: Resource, ref: ObjectRef): Promise<void> {
  const view = viewOf(context, exchange, resource);
  const request = deleteParameters(exchange.query, await bodyOf(exchange));
  const { kind, returnsDeleted } = resource;
  const { object, gone } = context.server.delete(kind, ref, request);
  context.commit();
  if (returnsDeleted || !gone) return sendJson(exchange, 200, view.object(object));
  const { uid } = object.metadata;
  sendJson(
    exchange,
    200,
    successStatus({ name: ref.name, ...(kind.group && { group: kind.group }), kind: kind.plural, ...(uid && { uid }) }),
  );
}

async function removeAll(
  context: FrontContext,
  exchange: Exchange,
  resource: Resource,
  { namespace }: ResourceRoute,
): Promise<void> {
  const { kind } = resource;
  const { query } = exchange;
  const request = deleteParameters(query, await bodyOf(exchange));
  const selection = { ...listParameters(query), ...(namespace !== undefined && { namespace }) };
  if ((kind.namespaced && namespace === undefined) || !hasDeleteCollection(kind)) throw methodNotAllowed();
  const items = context.server.deleteCollection(kind, selection, request);
  context.commit();
  const resourceVersion = String(context.server.store.revision);
  sendJson(exchange, 200, viewOf(context, exchange, resource).list({ items, resourceVersion }));
}

async function answerSubresource(
  context: FrontContext,
  exchange: Exchange,
  resource: Resource,
  route: ResourceRoute,
  name: string,
  subresource: string,
): Promise<void> {
  const { kind } = resource;
  const id = resourceId(kind);
  const { namespace = '' } = route;
  const { method } = exchange.request;
  if (id === '/pods' && subresource === 'log' && (method === 'GET' || method === 'HEAD'))
    return sendLogs(context, exchange, namespace, name);
  if (id === '/serviceaccounts' && subresource === 'token' && method === 'POST') {
    const answer = requestToken(context, { namespace, name }, (await bodyOf(exchange)) ?? {});
    return sendJson(exchange, 201, answer);
  }
  if (id === '/pods' && (OF_A_NODE.has(subresource) || OF_PODS.has(subresource)))
    throw notImplemented(`${kind.plural}/${subresource}`);
  if ((id === '/services' || id === '/nodes') && subresource === 'proxy')
    throw notImplemented(`${kind.plural}/${subresource}`);
  const ref = refOf(route);
  switch (method) {
    case 'GET':
    case 'HEAD': {
      const found = context.server.getSubresource(kind, ref, subresource);
      return sendJson(exchange, 200, viewOf(context, exchange, resource).object(found));
    }
    case 'PUT':
      return replace(context, exchange, resource, route);
    case 'PATCH':
      return patch(context, exchange, resource, route);
    case 'POST': {
      const body = await objectOf(exchange);
      const answer = context.server.post(kind, ref, subresource, body, writeOf(exchange));
      context.commit();
      return sendJson(exchange, 201, answer);
    }
    default:
      throw methodNotAllowed();
  }
}

async function answerReview(
  { identities, environment }: FrontContext,
  exchange: Exchange,
  review: ReviewKind,
): Promise<void> {
  if (exchange.request.method !== 'POST') throw methodNotAllowed();
  const asked = { user: exchange.user, identities, now: environment.now() };
  sendJson(exchange, 201, reviewed(review, (await bodyOf(exchange)) ?? {}, asked));
}
