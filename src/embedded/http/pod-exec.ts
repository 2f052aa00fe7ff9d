import type { IncomingMessage } from 'node:http';
import { type Duplex, PassThrough, Writable } from 'node:stream';
import { POD } from '../../api/kinds.ts';
import { ApiError } from '../../runtime/client.ts';
import { badRequest, notImplemented } from '../errors.ts';
import type { FrontContext } from './exchange.ts';
import { flag } from './parameters.ts';
import { containerOf } from './pod-logs.ts';
import type { ResourceRoute } from './route.ts';
import { asApiError, failureStatus } from './status.ts';
import { WebSocketPeer } from './web-socket.ts';

/** The first byte of a message says which stream it belongs to. */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
/** The next byte names a stream that has ended. */
const ENDED = 255;
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** Whether a request is answered by {@link startExec}. */
export const isExec = ({ group, plural, subresource }: ResourceRoute): boolean =>
  group === '' && plural === 'pods' && subresource === 'exec';

/**
 * Runs a command beside a container of a pod; its streams go over a WebSocket.
 * @throws ApiError before the handshake is answered, when it cannot run
 */
export function startExec(
  { server, pods }: FrontContext,
  { namespace = '', name = '' }: ResourceRoute,
  query: URLSearchParams,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const pod = server.get(POD, { namespace, name });
  const exec = pods?.exec;
  if (!exec) throw notImplemented('pods/exec without a node');
  const container = containerOf(pod, query.get('container') || undefined);
  const command = query.getAll('command');
  if (command.length === 0) throw badRequest('you must specify at least one command for the container');
  const protocol = protocolOf(request);
  const stdin = flag(query, 'stdin') ? new PassThrough() : undefined;
  const gone = new AbortController();
  const peer = WebSocketPeer.accept(request, socket, head, protocol, {
    message: (bytes) => {
      if (bytes[0] === STDIN) stdin?.write(bytes.subarray(1));
      else if (bytes[0] === ENDED && bytes[1] === STDIN) stdin?.end();
    },
    closed: () => {
      stdin?.end();
      gone.abort();
    },
  });
  const streams = {
    ...(stdin && { stdin }),
    ...(flag(query, 'stdout') && { stdout: channel(peer, STDOUT) }),
    ...(flag(query, 'stderr') && { stderr: channel(peer, STDERR) }),
    signal: gone.signal,
  };
  // Told within the stream: a client whose handshake fails tries the older protocol, and shows that one's error.
  const start = async () => {
    if (flag(query, 'tty')) throw notImplemented('a terminal for pods/exec (leave out -t)');
    return exec({ namespace, name }, container, command, streams);
  };
  void run(start).then((status) => {
    peer.send(Buffer.concat([Buffer.from([ERROR]), Buffer.from(JSON.stringify(status))]));
    peer.close();
  });
}

function protocolOf({ headers }: IncomingMessage): string {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  const common = PROTOCOLS.find((protocol) => offered.includes(protocol));
  if (common) return common;
  throw badRequest(`unable to upgrade: none of the protocols ${PROTOCOLS.join(', ')} is offered`);
}

const channel = (peer: WebSocketPeer, number: number): Writable =>
  new Writable({
    write: (chunk: Buffer, _encoding, done) => peer.send(Buffer.concat([Buffer.from([number]), chunk]), () => done()),
  });

/** How the command ended, as the last message tells it. */
async function run(start: () => Promise<{ readonly exitCode: number }>): Promise<object> {
  try {
    const { exitCode } = await start();
    if (exitCode === 0) return { metadata: {}, status: 'Success' };
    return {
      metadata: {},
      status: 'Failure',
      message: `command terminated with non-zero exit code: exit status ${exitCode}`,
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
    };
  } catch (error) {
    return failureStatus(asApiError(error));
  }
}

/** Refuses a handshake. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const refusal = error instanceof ApiError ? error : asApiError(error);
  const body = `${JSON.stringify(failureStatus(refusal))}\n`;
  socket.end(
    [
      `HTTP/1.1 ${refusal.code} ${refusal.reason || 'Error'}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
