import { apiVersionOf, type KubeObject } from '../../api/kube.ts';
import { ApiError, type WatchEvent } from '../../runtime/client.ts';
import type { Resource } from '../resource.ts';
import { bookmark } from '../watch.ts';
import type { Exchange, FrontContext } from './exchange.ts';
import { flag, number } from './parameters.ts';
import { failureStatus } from './status.ts';

const BOOKMARK_MS = 60_000;
const SHORTEST_SECONDS = 1800;
/** A client that reads slower than this many bytes behind has to start again. */
const MOST_WAITING = 64 * 1024 * 1024;

interface Watching {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly fieldSelector?: string;
  /** How one object is shown. */
  readonly show: (object: KubeObject, isBookmark: boolean) => unknown;
}

/** Answers with every change as one line of JSON, until the time is over or the client goes. */
export function sendWatch(
  { server, environment, commit }: FrontContext,
  exchange: Exchange,
  { resource, namespace, fieldSelector, show }: Watching,
): void {
  const { request, response, query } = exchange;
  const bookmarks = flag(query, 'allowWatchBookmarks');
  const labelSelector = query.get('labelSelector');
  const match = query.get('resourceVersionMatch');
  const begin = () => {
    if (response.headersSent) return;
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
    response.flushHeaders();
  };
  const write = (type: string, object: unknown) => {
    if (response.writableEnded || response.destroyed) return;
    begin();
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > MOST_WAITING) response.destroy();
  };
  const tell = ({ type, object }: WatchEvent) => {
    if (type === 'BOOKMARK' && !bookmarks) return;
    commit();
    write(type, show(object, type === 'BOOKMARK'));
  };
  if (request.method === 'HEAD') {
    begin();
    response.end();
    return;
  }
  let stop = () => {};
  try {
    const options = {
      ...(namespace !== undefined && { namespace }),
      ...(labelSelector && { labelSelector }),
      ...(fieldSelector && { fieldSelector }),
      resourceVersion: startOf(query, server.store.revision),
      ...(query.has('sendInitialEvents') && { sendInitialEvents: flag(query, 'sendInitialEvents') }),
      ...(match && { resourceVersionMatch: match }),
    };
    stop = server.watch(resource.kind, options, tell);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 410) throw error;
    write('ERROR', failureStatus(error));
    response.end();
    return;
  }
  begin();
  const { kind } = resource;
  let cancelBookmark = () => {};
  const mark = () => {
    tell(bookmark(apiVersionOf(kind), kind.kind, server.store.revision));
    cancelBookmark = environment.after(BOOKMARK_MS, mark);
  };
  if (bookmarks) cancelBookmark = environment.after(BOOKMARK_MS, mark);
  const seconds = number(query, 'timeoutSeconds') || SHORTEST_SECONDS * (1 + environment.random());
  const cancelTimeout = environment.after(seconds * 1000, () => {
    if (bookmarks) tell(bookmark(apiVersionOf(kind), kind.kind, server.store.revision));
    stop();
    response.end();
  });
  response.once('close', () => {
    stop();
    cancelBookmark();
    cancelTimeout();
  });
}

/** `sendInitialEvents=false` without a version: nothing of what is there already. */
function startOf(query: URLSearchParams, revision: number): string {
  const given = query.get('resourceVersion') ?? '';
  const anywhere = given === '' || given === '0';
  return anywhere && query.has('sendInitialEvents') && !flag(query, 'sendInitialEvents') ? String(revision) : given;
}
