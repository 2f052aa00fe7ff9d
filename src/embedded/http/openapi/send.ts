import { noSuchResource } from '../../errors.ts';
import { type Exchange, type FrontContext, sendJson } from '../exchange.ts';
import { acceptedTypes, notAcceptable } from '../media-type.ts';
import { openApiDocument, openApiIndex, swaggerDocument } from './documents.ts';

const INDEX = '/openapi/v3';

/** Answers `/openapi/v2`, `/openapi/v3` and what lies below. */
export function sendOpenApi({ server }: FrontContext, exchange: Exchange): void {
  const accepted = acceptedTypes(exchange.request.headers.accept);
  if (!accepted.some(({ type }) => type === 'application/json' || type === '*/*' || type === 'application/*')) {
    throw notAcceptable(['application/json']);
  }
  const document = documentAt(server, exchange.path);
  if (!document) throw noSuchResource();
  // Its address changes with its content, so that it may be kept.
  if (exchange.query.has('hash')) exchange.response.setHeader('Expires', new Date(Date.now() + YEAR_MS).toUTCString());
  sendJson(exchange, 200, document);
}

const YEAR_MS = 365 * 24 * 3_600_000;

function documentAt(server: FrontContext['server'], path: string): object | undefined {
  if (path === '/openapi/v2') return swaggerDocument(server);
  return path === INDEX ? openApiIndex(server) : openApiDocument(server, path.slice(INDEX.length + 1));
}
