/** The few requests that setting up a cluster needs, as its administrator. */

import { Agent, request } from 'undici';
import { readKubeconfig } from './kubeconfig.ts';

export interface AdminApi {
  /** @throws {ApiFailure} on any answer but 2xx. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** Creates an object unless one of its name is there. */
  ensure(path: string, body: NamedObject): Promise<void>;
  close(): Promise<void>;
}

export interface NamedObject {
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export class ApiFailure extends Error {
  readonly status: number;
  constructor(method: string, path: string, status: number, text: string) {
    super(`${method} ${path} answered ${status}: ${text.slice(0, 300)}`);
    this.status = status;
  }
}

export async function adminApi(kubeconfig: string): Promise<AdminApi> {
  const { server, ca, cert, key } = await readKubeconfig(kubeconfig);
  const agent = new Agent({ connect: { ca, cert, key }, connectTimeout: 2000 });
  const send = async <T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> => {
    const answer = await request(server + path, {
      method,
      dispatcher: agent,
      headers: { 'content-type': 'application/json', 'user-agent': 'armature-cluster' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new ApiFailure(method, path, answer.statusCode, text);
    return (text.startsWith('{') ? JSON.parse(text) : text) as T;
  };
  return {
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    ensure: async (path, body) => {
      try {
        await send('GET', `${path}/${body.metadata.name}`);
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
        await send('POST', path, body).catch((failure: unknown) => {
          if (statusOf(failure) !== 409) throw failure;
        });
      }
    },
    close: () => agent.destroy(),
  };
}

const statusOf = (error: unknown) => (error instanceof ApiFailure ? error.status : undefined);
