import { once } from 'node:events';
import { POD } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import { badRequest, notImplemented } from '../errors.ts';
import type { LogOptions } from '../node/logs/read.ts';
import type { Exchange, FrontContext } from './exchange.ts';
import { flag, number } from './parameters.ts';

/** A client that follows learns at once that its request was accepted, even while the container is silent. */
const PATIENCE_MS = 50;

/** Answers `/log` of a pod with its output as plain text. */
export async function sendLogs(
  { server, pods, environment }: FrontContext,
  { request, response, query }: Exchange,
  namespace: string,
  name: string,
): Promise<void> {
  const pod = server.get(POD, { namespace, name });
  if (!pods) throw notImplemented('logs of pods without a node');
  const container = containerOf(pod, query.get('container') || undefined);
  const ended = new AbortController();
  response.once('close', () => ended.abort());
  const options = { ...logParameters(query), signal: ended.signal };
  const reader = pods.readLogs({ namespace, name }, container, options)[Symbol.asyncIterator]();
  const first = reader.next();
  const early = await Promise.race([first, pause(environment, PATIENCE_MS)]);
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-cache, private' });
  if (request.method === 'HEAD') return void response.end();
  if (!early) response.flushHeaders();
  for (let part = await first; !part.done; part = await reader.next()) {
    if (ended.signal.aborted) return;
    if (!response.write(part.value)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}

const pause = (environment: FrontContext['environment'], ms: number): Promise<undefined> =>
  new Promise((resolve) => {
    environment.after(ms, () => resolve(undefined));
  });

interface PodSpec {
  readonly containers: readonly { readonly name: string }[];
  readonly initContainers?: readonly { readonly name: string }[];
}

/** @throws ApiError 400 when there is no such container, or several to choose from */
export function containerOf(pod: KubeObject, asked: string | undefined): string {
  const { containers, initContainers = [] } = pod.spec as PodSpec;
  const names = containers.map(({ name }) => name);
  const initial = initContainers.map(({ name }) => name);
  const { name } = pod.metadata;
  if (asked === undefined) {
    if (names.length === 1) return names[0] ?? '';
    const others = initial.length > 0 ? ` or one of the init containers: [${initial.join(' ')}]` : '';
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]${others}`,
    );
  }
  if ([...names, ...initial].includes(asked)) return asked;
  throw badRequest(`container ${asked} is not valid for pod ${name}`);
}

function logParameters(query: URLSearchParams): LogOptions {
  const tailLines = number(query, 'tailLines');
  const sinceSeconds = number(query, 'sinceSeconds');
  const limitBytes = number(query, 'limitBytes');
  const sinceTime = query.get('sinceTime');
  if (sinceTime && Number.isNaN(Date.parse(sinceTime))) throw badRequest(`sinceTime: Invalid value: "${sinceTime}"`);
  return {
    ...(flag(query, 'follow') && { follow: true }),
    ...(flag(query, 'previous') && { previous: true }),
    ...(flag(query, 'timestamps') && { timestamps: true }),
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(sinceTime && { sinceTime }),
    ...(limitBytes !== undefined && { limitBytes }),
  };
}
