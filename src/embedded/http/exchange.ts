import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Environment } from '../../runtime/environment.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ApiServer } from '../api-server.ts';
import type { Identities, Identity } from './identities.ts';
import type { PodStreams } from './pod-streams.ts';
import { asApiError, failureStatus } from './status.ts';

/** What all requests of one front share. */
export interface FrontContext {
  readonly server: ApiServer;
  readonly environment: Environment;
  readonly identities: Identities;
  readonly log: Logger;
  /** Absent where no node runs. */
  readonly pods?: PodStreams;
  /** Makes every write so far durable; called before a client is told of it. */
  commit(): void;
}

/** One request and the way to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly user: Identity;
  readonly warnings: string[];
}

/** Answers with a value as JSON. */
export function sendJson(
  { request, response, warnings }: Pick<Exchange, 'request' | 'response' | 'warnings'>,
  code: number,
  value: unknown,
  contentType = 'application/json',
): void {
  const text = `${JSON.stringify(value)}\n`;
  if (warnings.length > 0) response.setHeader('Warning', warnings.map(warningHeader));
  response.writeHead(code, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-cache, private',
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

/** Answers with a Status; an answer that has begun is cut off. */
export function sendFailure(exchange: Pick<Exchange, 'request' | 'response' | 'warnings'>, error: unknown): void {
  const refusal = asApiError(error);
  if (exchange.response.headersSent) {
    exchange.response.destroy();
    return;
  }
  if (refusal.retryAfterSeconds !== undefined)
    exchange.response.setHeader('Retry-After', String(refusal.retryAfterSeconds));
  sendJson(exchange, refusal.code || 500, failureStatus(refusal));
}

const warningHeader = (text: string): string =>
  `299 - "${text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')}"`;
