import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Container, Handler, HttpGet } from '../pod-types.ts';

/** What came of a probe or a hook. */
export interface HandlerResult {
  readonly passed: boolean;
  /** What was said, or why it failed. */
  readonly message: string;
}

export interface HandlerContext {
  readonly container: Container;
  readonly podIp: string;
  readonly timeoutMs: number;
  /** Runs a command in the container. */
  exec(command: readonly string[], timeoutMs: number): Promise<{ readonly exitCode: number; readonly output: string }>;
}

/** Runs a probe or a hook once; never throws. */
export async function runHandler(handler: Handler, context: HandlerContext): Promise<HandlerResult> {
  try {
    if (handler.exec) return await runCommand(handler.exec.command ?? [], context);
    if (handler.httpGet) return await getOnce(handler.httpGet, context);
    if (handler.tcpSocket) return await connectOnce(handler.tcpSocket, context);
    if (handler.sleep) return await pause(handler.sleep.seconds * 1000);
    return { passed: false, message: `${Object.keys(handler)[0] ?? 'an empty handler'} is not offered` };
  } catch (error) {
    return { passed: false, message: (error as Error).message };
  }
}

async function runCommand(command: readonly string[], { exec, timeoutMs }: HandlerContext): Promise<HandlerResult> {
  const { exitCode, output } = await exec(command, timeoutMs);
  return { passed: exitCode === 0, message: output.trim() || `the command ended with ${exitCode}` };
}

function pause(ms: number): Promise<HandlerResult> {
  return new Promise((resolve) => setTimeout(() => resolve({ passed: true, message: '' }), ms));
}

/** @throws when a name stands for no port of the container */
export function portNumber(port: number | string, { ports = [], name }: Container): number {
  if (typeof port === 'number') return port;
  const named = ports.find((one) => one.name === port);
  if (named) return named.containerPort;
  if (/^\d+$/.test(port)) return Number(port);
  throw new Error(`the container "${name}" has no port named "${port}"`);
}

function getOnce(get: HttpGet, { container, podIp, timeoutMs }: HandlerContext): Promise<HandlerResult> {
  const secure = get.scheme === 'HTTPS';
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.36', accept: '*/*' };
  for (const { name, value } of get.httpHeaders ?? []) headers[name.toLowerCase()] = value;
  const options = {
    host: get.host ?? podIp,
    port: portNumber(get.port, container),
    path: `/${(get.path ?? '/').replace(/^\/+/, '')}`,
    headers,
    agent: false,
    ...(secure && { rejectUnauthorized: false }),
    signal: AbortSignal.timeout(timeoutMs),
  };
  return new Promise((resolve) => {
    const sent = (secure ? httpsRequest : httpRequest)(options, (response) => {
      const code = response.statusCode ?? 0;
      response.destroy();
      resolve({ passed: code >= 200 && code < 400, message: `HTTP probe failed with statuscode: ${code}` });
    });
    sent.once('error', (error) => resolve({ passed: false, message: error.message }));
    sent.end();
  });
}

function connectOnce(
  { port, host }: NonNullable<Handler['tcpSocket']>,
  { container, podIp, timeoutMs }: HandlerContext,
): Promise<HandlerResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: host ?? podIp, port: portNumber(port, container) });
    const done = (passed: boolean, message: string) => {
      socket.destroy();
      resolve({ passed, message });
    };
    socket.setTimeout(timeoutMs, () => done(false, 'the connection timed out'));
    socket.once('connect', () => done(true, ''));
    socket.once('error', (error) => done(false, error.message));
  });
}
