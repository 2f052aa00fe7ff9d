import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiError } from '../../runtime/client.ts';
import { type Environment, systemEnvironment } from '../../runtime/environment.ts';
import { type Logger, silentLogger } from '../../runtime/log.ts';
import type { ApiServer } from '../api-server.ts';
import { noSuchResource, notImplemented } from '../errors.ts';
import { sendDiscovery, versionDocument } from './documents.ts';
import { type Exchange, type FrontContext, sendFailure, sendJson } from './exchange.ts';
import type { Identities } from './identities.ts';
import { sendOpenApi } from './openapi/send.ts';
import { isExec, refuseUpgrade, startExec } from './pod-exec.ts';
import type { PodStreams } from './pod-streams.ts';
import { answerResource } from './resource-requests.ts';
import { resourceRoute } from './route.ts';

export interface FrontOptions {
  readonly server: ApiServer;
  readonly identities: Identities;
  /** PEM texts; the certificate must hold for `host`. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** @default - one that is free */
  readonly port?: number;
  readonly environment?: Environment;
  readonly log?: Logger;
  /** Where output of pods comes from. @default - such requests are answered 501 */
  readonly pods?: PodStreams;
  /** Makes what was written durable, before a client hears of it. @default - nothing is kept */
  readonly commit?: () => void;
}

/** The API of an embedded cluster, served to other programs of this machine. */
export interface HttpFront {
  /** `https://HOST:PORT`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Ends watches and takes no more requests. */
  close(): Promise<void>;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;
const PATHS = ['/api', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];
const OPEN = new Set(['/healthz', '/livez', '/readyz', '/version']);

/** @throws Error for an address that others than this machine could reach, or a port that is taken */
export async function serveFront(options: FrontOptions): Promise<HttpFront> {
  const { host = '127.0.0.1', port = 0 } = options;
  if (!LOOPBACK.test(host)) {
    throw new Error(
      `the embedded cluster listens on this machine only, not on ${host}: whoever reaches it may run any program here. ` +
        'Use 127.0.0.1, or a Kubernetes cluster for more than one machine',
    );
  }
  const context: FrontContext = {
    server: options.server,
    environment: options.environment ?? systemEnvironment,
    identities: options.identities,
    log: options.log ?? silentLogger,
    ...(options.pods && { pods: options.pods }),
    commit: options.commit ?? (() => {}),
  };
  const server = createServer(options.certificate, (request, response) => void answer(context, request, response));
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    upgrade(context, request, socket, head);
  });
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 0;
  await listen(server, host, port);
  const { port: actual } = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return { url: `https://${shown}:${actual}`, host, port: actual, close: () => close(server, upgraded) };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`port ${port} of ${host} is taken: end what uses it, or choose another port`) : error);
    });
    server.listen(port, host, () => resolve());
  });
}

function close(server: Server, upgraded: Iterable<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    for (const socket of upgraded) socket.destroy();
  });
}

async function answer(context: FrontContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const warnings: string[] = [];
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://embedded');
    const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
    const user = context.identities.byHeader(request.headers.authorization, context.environment.now());
    if (OPEN.has(path) || /^\/(healthz|livez|readyz)\//.test(path)) {
      sendOpen(path, { request, response, warnings });
      return;
    }
    if (!user) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
    await route(context, { request, response, path, query: searchParams, user, warnings });
  } catch (error) {
    if (!(error instanceof ApiError)) context.log.error('a request failed', { url: request.url, error });
    sendFailure({ request, response, warnings }, error);
  }
}

function sendOpen(path: string, exchange: Pick<Exchange, 'request' | 'response' | 'warnings'>): void {
  if (path === '/version') {
    sendJson(exchange, 200, versionDocument());
    return;
  }
  exchange.response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
  exchange.response.end('ok');
}

async function route(context: FrontContext, exchange: Exchange): Promise<void> {
  const { path } = exchange;
  const resource = resourceRoute(path);
  if (resource) await answerResource(context, exchange, resource);
  else if (/^\/apis?(\/|$)/.test(path)) sendDiscovery(context, exchange);
  else if (/^\/openapi\/v[23](\/|$)/.test(path)) sendOpenApi(context, exchange);
  else if (path === '/') sendJson(exchange, 200, { paths: PATHS });
  else throw noSuchResource();
}

/** Streams of pods: a request that becomes a WebSocket. */
function upgrade(context: FrontContext, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.on('error', () => socket.destroy());
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://embedded');
    const user = context.identities.byHeader(request.headers.authorization, context.environment.now());
    if (!user) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
    const route = resourceRoute(pathname);
    if (!route || !isExec(route)) throw notImplemented(route ? `${route.plural}/${route.subresource}` : pathname);
    const protocol = request.headers.upgrade?.toLowerCase();
    if (protocol !== 'websocket') throw notImplemented(`${protocol} for pods/exec (WebSocket is)`);
    startExec(context, route, searchParams, request, socket, head);
  } catch (error) {
    refuseUpgrade(socket, error);
  }
}
