import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Target } from './api.ts';

/** A mutating request that passed the proxy; leases, events and access reviews are not counted. */
export interface Write {
  /** From 1, in the order of arrival. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  /** The server's answer; 0 when the request was never forwarded. */
  code: number;
  /** The name in the body of a create, else the last part of the path. */
  readonly object: string;
}

/** What happens at one write. */
export type WriteFault =
  /** The process dies before the server sees the write. */
  | { readonly kind: 'kill-before' }
  /** The server did the write; the process dies before it hears so. */
  | { readonly kind: 'kill-after' }
  /** The server did the write; the connection breaks before the answer. */
  | { readonly kind: 'reset-after' }
  /** The server did the write; the proxy answers this code instead, as a gateway that lost patience would. */
  | { readonly kind: 'answer-after'; readonly code: number }
  /** The server never sees it; the proxy answers this code, for this many writes from there on. */
  | { readonly kind: 'answer'; readonly code: number; readonly times: number };

/** A fault, and the number of the write that it breaks. */
export type PlannedFault = WriteFault & { readonly at: number };

const REASONS: Readonly<Record<number, string>> = {
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/**
 * Stands between a controller and the apiserver: plain HTTP on the loopback address towards the controller, the
 * given credentials towards the server. Numbers the writes, and breaks the one it is told to.
 */
export class FaultProxy {
  /** Every counted write since the last {@link arm}. */
  writes: Write[] = [];
  /** Watches answered since the last {@link arm}. */
  watches = 0;
  private faults: readonly PlannedFault[] = [];
  private onKill: () => Promise<void> = async () => {};
  private eventDelayMs = 0;
  private expireWatches = 0;
  private watchListsRefused = false;
  private dead = false;
  /** Which process a request is from: what a dead one sent must not count as its successor's. */
  private life = 0;
  private readonly streams = new Set<ServerResponse>();
  private readonly server: Server;
  private readonly agent: Agent;
  private readonly target: Target;

  constructor(target: Target) {
    this.target = target;
    const { ca, cert, key } = target;
    this.agent = new Agent({ keepAlive: true, ca, ...(cert && { cert }), ...(key && { key }) });
    this.server = createServer((request, response) => {
      response.on('error', () => {});
      void this.handle(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.agent.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Forgets what was counted, and waits for the writes to break; of two faults at one write the first happens. */
  arm(faults: readonly PlannedFault[] = [], onKill: () => Promise<void> = async () => {}): void {
    this.writes = [];
    this.watches = 0;
    this.dead = false;
    this.faults = faults;
    this.onKill = onKill;
  }

  /** Kills the process now, whatever it is doing, unless it is dead already. */
  async kill(): Promise<void> {
    if (this.dead) return;
    this.dead = true;
    this.life++;
    this.dropWatches();
    await this.onKill();
  }

  /** Lets a restarted controller through again; the count goes on. */
  revive(): void {
    this.dead = false;
  }

  /** Breaks every watch that is open now. */
  dropWatches(): void {
    for (const stream of this.streams) stream.destroy();
  }

  /** Answers the next `count` watches with 410 Expired. */
  expireNextWatches(count: number): void {
    this.expireWatches = count;
  }

  /** Refuses to stream the current state, as apiservers before 1.34 may: the controller must list instead. */
  refuseWatchLists(refuse: boolean): void {
    this.watchListsRefused = refuse;
  }

  /** Holds back watch events by this long, so that the controller's cache is stale; 0 for no delay. */
  delayEvents(ms: number): void {
    this.eventDelayMs = ms;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const life = this.life;
    const body = await bodyOf(request);
    const path = request.url ?? '/';
    if (this.dead || life !== this.life) return void response.destroy();
    if (/[?&]watch=(true|1)/.test(path)) return this.watch(request, response, path);
    if (!isCounted(request.method ?? 'GET', path)) return this.forward(request, response, path, body);

    const write: Write = {
      number: this.writes.length + 1,
      method: request.method ?? '',
      path,
      code: 0,
      object: objectOf(path, body),
    };
    this.writes.push(write);
    const fault = this.faults.find((planned) => breaks(planned, write.number));
    if (!fault) return this.forward(request, response, path, body, write);
    if (fault.kind === 'answer') return refuse(response, fault.code);
    if (fault.kind === 'kill-before') return this.die(response);
    await this.send(request, path, body).then((answer) => {
      write.code = answer.statusCode ?? 0;
      answer.resume();
    });
    if (fault.kind === 'kill-after') return this.die(response);
    if (fault.kind === 'answer-after') return refuse(response, fault.code);
    response.destroy();
  }

  /** Whatever still arrives of the dying process goes nowhere. */
  private async die(response: ServerResponse): Promise<void> {
    await this.kill();
    response.destroy();
  }

  private async forward(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    body: Buffer,
    write?: Write,
  ): Promise<void> {
    const answer = await this.send(request, path, body);
    if (write) write.code = answer.statusCode ?? 0;
    response.writeHead(answer.statusCode ?? 502, hopByHop(answer.headers));
    answer.pipe(response);
  }

  private async watch(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    this.watches++;
    if (this.expireWatches > 0) {
      this.expireWatches--;
      return refuse(response, 410);
    }
    if (this.watchListsRefused && path.includes('sendInitialEvents=true')) return refuse(response, 422);
    const answer = await this.send(request, path, Buffer.alloc(0), response);
    response.writeHead(answer.statusCode ?? 502, hopByHop(answer.headers));
    response.flushHeaders();
    this.streams.add(response);
    response.once('close', () => {
      this.streams.delete(response);
      answer.destroy();
    });
    answer.on('error', () => response.destroy());
    answer.on('end', () => setTimeout(() => response.end(), this.eventDelayMs));
    answer.on('data', (chunk: Buffer) => {
      if (this.eventDelayMs === 0) response.write(chunk);
      else setTimeout(() => response.destroyed || response.write(chunk), this.eventDelayMs);
    });
  }

  private send(
    request: IncomingMessage,
    path: string,
    body: Buffer,
    abortWith?: ServerResponse,
  ): Promise<IncomingMessage> {
    const url = new URL(this.target.server);
    const headers = { ...request.headers };
    for (const name of ['host', 'connection', 'authorization', 'content-length', 'transfer-encoding'])
      delete headers[name];
    if (body.length > 0) headers['content-length'] = String(body.length);
    if (this.target.token) headers.authorization = `Bearer ${this.target.token}`;
    const options: RequestOptions = {
      method: request.method,
      host: url.hostname,
      port: url.port,
      path,
      headers,
      agent: this.agent,
    };
    return new Promise((resolve, reject) => {
      const upstream = httpsRequest(options, resolve);
      upstream.once('error', reject);
      abortWith?.once('close', () => upstream.destroy());
      upstream.end(body);
    });
  }
}

/** `METHOD kind object` of the writes that the server accepted, to how often. */
export function acceptedCounts(writes: readonly Write[], method: 'POST' | 'DELETE'): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const write of writes) {
    if (write.method !== method || write.code < 200 || write.code > 299) continue;
    const key = `${resourceOf(write.path)}/${write.object}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort(([left], [right]) => left.localeCompare(right)));
}

function breaks(fault: PlannedFault, write: number): boolean {
  return write >= fault.at && write < fault.at + (fault.kind === 'answer' ? fault.times : 1);
}

function isCounted(method: string, path: string): boolean {
  return (
    method !== 'GET' &&
    method !== 'HEAD' &&
    !/\/(leases|events|tokenreviews|subjectaccessreviews|selfsubjectaccessreviews)\b/.test(path)
  );
}

function resourceOf(path: string): string {
  const parts = (path.split('?')[0] ?? '').split('/');
  const at = parts.indexOf('namespaces');
  return parts[at + 2] ?? path;
}

function objectOf(path: string, body: Buffer): string {
  const last = (path.split('?')[0] ?? '').split('/').at(-1) ?? '';
  if (last !== resourceOf(path)) return last;
  try {
    return (JSON.parse(body.toString()) as { metadata: { name: string } }).metadata.name;
  } catch {
    return last;
  }
}

function refuse(response: ServerResponse, code: number): void {
  const reason = REASONS[code] ?? 'Unknown';
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message: 'made up by the fault proxy',
    reason,
    code,
  };
  response.writeHead(code, { 'content-type': 'application/json', ...(code === 429 && { 'retry-after': '1' }) });
  response.end(JSON.stringify(status));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Headers that belong to one connection only. */
function hopByHop(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string | string[]] =>
        entry[1] !== undefined && !['connection', 'keep-alive', 'transfer-encoding'].includes(entry[0]),
    ),
  );
}
