import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** One answered request, as the apiserver's audit log tells it. */
export interface AuditedRequest {
  readonly user: string;
  /** get, list, watch, create, update, patch, delete … */
  readonly verb: string;
  readonly group: string;
  /** `pods`, or with the subresource `pods/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
  /** What the server said to a refusal. */
  readonly message: string;
  readonly userAgent: string;
  /** Path and query. */
  readonly uri: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

interface AuditLine {
  readonly stage: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly requestURI?: string;
  readonly requestReceivedTimestamp?: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number; readonly message?: string };
}

export const WRITE_VERBS: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Where the log ends now: requests after this moment are read with {@link readAudit}. */
export function auditPosition(path: string): number {
  return statSync(path).size;
}

/** The answered requests since a position; a watch counts once, when it starts. */
export async function readAudit(path: string, from = 0): Promise<AuditedRequest[]> {
  const requests: AuditedRequest[] = [];
  const lines = createInterface({ input: createReadStream(path, { start: from, encoding: 'utf8' }) });
  for await (const text of lines) {
    const line = parseLine(text);
    if (!line?.objectRef) continue;
    if (line.stage !== (line.verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete') && !refused(line)) continue;
    const { apiGroup = '', resource = '', subresource, namespace = '', name = '' } = line.objectRef;
    requests.push({
      user: line.user.username,
      verb: line.verb,
      group: apiGroup,
      resource: subresource ? `${resource}/${subresource}` : resource,
      namespace,
      name,
      code: line.responseStatus?.code ?? 0,
      message: line.responseStatus?.message ?? '',
      userAgent: line.userAgent ?? '',
      uri: line.requestURI ?? '',
      receivedAt: Date.parse(line.requestReceivedTimestamp ?? ''),
    });
  }
  return requests;
}

/** Writes that count: leases and events are not among them. */
export function countedWrites(requests: readonly AuditedRequest[], user: string): AuditedRequest[] {
  return requests.filter(
    (request) =>
      request.user === user &&
      WRITE_VERBS.has(request.verb) &&
      request.resource !== 'leases' &&
      request.resource !== 'events',
  );
}

/**
 * By kind and label selector, how often everything was read: lists, each page of one, and watches that begin with the
 * current state.
 */
export function listCalls(requests: readonly AuditedRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verb, group, resource, uri } of requests) {
    const query = new URLSearchParams(uri.split('?')[1] ?? '');
    if (verb !== 'list' && query.get('sendInitialEvents') !== 'true') continue;
    const selector = query.get('labelSelector');
    const key = `${group ? `${group}/` : ''}${resource}${selector ? `?${selector}` : ''}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** `verb group/resource` to how often, for a table. */
export function tally(requests: readonly AuditedRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verb, group, resource } of requests) {
    const key = `${verb} ${group ? `${group}/` : ''}${resource}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** A watch that was refused has no ResponseStarted stage. */
function refused(line: AuditLine): boolean {
  return line.verb === 'watch' && line.stage === 'ResponseComplete' && (line.responseStatus?.code ?? 0) >= 400;
}

function parseLine(text: string): AuditLine | undefined {
  try {
    return JSON.parse(text) as AuditLine;
  } catch {
    return undefined;
  }
}
