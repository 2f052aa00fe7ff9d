import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { TRAIN_JOB } from '../api/kinds.ts';
import { type Authorities, keptAuthorities } from '../runtime/authorities.ts';
import type { KubeClient } from '../runtime/client.ts';
import type { Environment } from '../runtime/environment.ts';
import { serveHttps } from '../runtime/https-server.ts';
import type { Logger } from '../runtime/log.ts';
import { JOB_KINDS } from '../training/kinds/index.ts';
import { type ProgressAnswer, progressHandler } from '../training/progress/handler.ts';
import type { ProgressServer } from '../training/progress/injection.ts';

export interface ProgressOptions {
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly log: Logger;
  /** `:10443`. */
  readonly address: string;
  /** The DNS name or IPv4 address that pods call it by. */
  readonly host: string;
}

/** What pods are told of the server, and how it is started. */
export interface Progress {
  readonly server: ProgressServer;
  readonly serve: (signal: AbortSignal) => Promise<Server | undefined>;
}

/** Jobs whose programs may report. */
const KINDS = [...JOB_KINDS.map(({ kind }) => kind), TRAIN_JOB];
/** Upstream's limit. */
const MAX_BODY = 64 * 1024;

export interface KeptProgressOptions extends Omit<ProgressOptions, 'host'> {
  /** How pods reach it, such as `https://armature-progress.armature-system.svc:10443`. */
  readonly url: string;
  /** Where the Secret of its authorities is. */
  readonly namespace: string;
}

/** The server of a controller in a cluster. Without the Secret of its authorities there is none, and all else works. */
export async function keptProgress(options: KeptProgressOptions): Promise<Progress | undefined> {
  const { namespace, url } = options;
  try {
    const since = options.environment.now();
    const authorities = await keptAuthorities(options.client, namespace, since);
    const host = new URL(url).hostname;
    return {
      server: { url: url.replace(/\/+$/, ''), authority: authorities.bundle, since },
      serve: (signal) => serveProgress({ ...options, host }, authorities, signal),
    };
  } catch (error) {
    const mend = `grant get, create and update of secrets in ${namespace}, or leave out --progress-bind-address`;
    options.log.error('progress is not taken', { error: (error as Error).message, mend });
    return undefined;
  }
}

/** Takes the progress that training programs post, until `signal`. */
export function serveProgress(
  options: ProgressOptions,
  authorities: Authorities,
  signal: AbortSignal,
): Promise<Server | undefined> {
  const { environment, address, host } = options;
  const handle = progressHandler({ ...options, kinds: KINDS });
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const { authorization } = request.headers;
    const body = () => bodyOf(request);
    handle({ method: request.method ?? '', path, body, ...(authorization && { authorization }) }).then(
      (said) => send(response, said),
      () => response.destroy(),
    );
  };
  return serveHttps({ environment, address, hosts: [host], authorities, answer }, signal);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new RangeError(`the body is larger than ${MAX_BODY} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { code, body, retryAfterSeconds }: ProgressAnswer): void {
  response.writeHead(code, {
    'content-type': 'application/json',
    ...(retryAfterSeconds && { 'retry-after': String(retryAfterSeconds) }),
    ...(code === 413 && { connection: 'close' }),
  });
  response.end(`${JSON.stringify(body)}\n`);
}
