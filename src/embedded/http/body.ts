import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';
import { ApiError, type PatchType } from '../../runtime/client.ts';
import { badRequest } from '../errors.ts';
import { withDetails } from '../status-details.ts';
import { unsupportedMediaType } from './media-type.ts';
import { decodeProtobuf, PROTOBUF } from './protobuf/decode.ts';

/** As etcd and kube-apiserver limit one request. */
const MOST_BYTES = 3 * 1024 * 1024;

const READABLE = ['application/json', 'application/yaml'];
const PATCHES: Readonly<Record<string, PatchType | 'strategic'>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** @throws ApiError 413 for a body that is too large */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BYTES) {
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MOST_BYTES}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The object in a body; undefined for an empty one. */
export function objectIn(body: Buffer, contentType: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const type = typeOf(contentType);
  if (body.length === 0) return undefined;
  if (type === PROTOBUF) {
    const decoded = decodeProtobuf(body);
    if (!decoded) throw unsupportedMediaType(READABLE);
    return decoded;
  }
  if (type !== '' && !READABLE.includes(type)) throw unsupportedMediaType(READABLE);
  const text = body.toString('utf8');
  const value = type === 'application/yaml' ? yaml(text) : json(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('the object provided is unrecognized (must be of type Object)');
  }
  return value as Readonly<Record<string, unknown>>;
}

export function patchIn(
  body: Buffer,
  contentType: string | undefined,
): { readonly type: PatchType | 'strategic'; readonly patch: unknown } {
  const type = PATCHES[typeOf(contentType)];
  if (!type) throw withDetails(new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type'), {});
  const text = body.toString('utf8');
  return { type, patch: type === 'apply' ? yaml(text) : json(text) };
}

const typeOf = (contentType = ''): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`error decoding the body of the request as JSON: ${(error as Error).message}`);
  }
}

/** JSON is YAML as well, and much quicker to read as what it is. */
function yaml(text: string): unknown {
  if (/^\s*[{[]/.test(text)) return json(text);
  try {
    return parse(text);
  } catch (error) {
    throw badRequest(`error decoding YAML: ${(error as Error).message}`);
  }
}
