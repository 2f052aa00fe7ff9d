import { Agent, request } from 'node:https';
import { loadAccess } from '../../src/runtime/kubeconfig.ts';

export interface RawAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface RawAsk {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends single requests to a cluster, header by header, as no client would. */
export interface RawClient {
  ask(path: string, options?: RawAsk): Promise<RawAnswer>;
  close(): void;
}

export async function rawClient(kubeconfig: string): Promise<RawClient> {
  const access = await loadAccess({ kubeconfig });
  const { token, certificate, key } = await access.credentials();
  const agent = new Agent({ keepAlive: true, ca: access.ca, cert: certificate, key });
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const ask = (path: string, { method = 'GET', body, headers = {} }: RawAsk = {}) =>
    new Promise<RawAnswer>((resolve, reject) => {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const sent = request(
        `${access.server}${path}`,
        {
          agent,
          method,
          headers: {
            ...authorization,
            ...(text !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(text),
            }),
            ...headers,
          },
        },
        (response) => {
          let answer = '';
          response.on('data', (chunk) => {
            answer += chunk;
          });
          response.on('end', () =>
            resolve({ code: response.statusCode ?? 0, headers: response.headers, body: parsed(answer) }),
          );
        },
      );
      sent.once('error', reject);
      sent.end(text);
    });
  return { ask, close: () => agent.destroy() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
