import { Agent, request as send } from 'undici';
import { pathOf, type Target } from '../api.ts';
import type { Answer, OpenWatch, PatchKind, Request, Seen, Side } from './calls.ts';

const CONTENT_TYPES: Readonly<Record<PatchKind, string>> = {
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};
const METHODS = { create: 'POST', update: 'PUT', patch: 'PATCH', post: 'POST', deletecollection: 'DELETE' } as const;
export const USER_AGENT = 'compare/1.0';

/** kube-apiserver, over connections that are kept. */
export class RealSide implements Side {
  readonly #target: Target;
  readonly #requests: Agent;
  readonly #watches: Agent;

  constructor(target: Target) {
    this.#target = target;
    const { ca, cert, key } = target;
    const connect = { ca, ...(cert && { cert }), ...(key && { key }) };
    this.#requests = new Agent({ connections: 32, connect });
    this.#watches = new Agent({ connect, bodyTimeout: 0 });
  }

  async send(request: Request): Promise<Answer> {
    const { verb, body, patch } = request;
    const answer = await send(this.#url(request), {
      dispatcher: this.#requests,
      method: verb === 'delete' ? 'DELETE' : (METHODS[verb as keyof typeof METHODS] ?? 'GET'),
      headers: this.#headers(patch ? CONTENT_TYPES[patch] : 'application/json'),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    return { code: answer.statusCode, body: parsed(text) };
  }

  async watch(request: Request): Promise<OpenWatch> {
    const answer = await send(this.#url({ ...request, query: { ...request.query, watch: true } }), {
      dispatcher: this.#watches,
      headers: this.#headers('application/json'),
    });
    if (answer.statusCode >= 300) {
      const refused = { code: answer.statusCode, body: parsed(await answer.body.text()) };
      return { refused, events: [], stop: () => {} };
    }
    const events: Seen[] = [];
    let rest = '';
    answer.body.setEncoding('utf8');
    answer.body.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') events.push(JSON.parse(line) as Seen);
    });
    let over = false;
    answer.body.on('error', () => {});
    answer.body.on('close', () => {
      over = true;
    });
    return { events, isOver: () => over, stop: () => answer.body.destroy() };
  }

  async close(): Promise<void> {
    await Promise.all([this.#requests.destroy(), this.#watches.destroy()]);
  }

  #headers(contentType: string): Record<string, string> {
    const { token } = this.#target;
    return {
      'content-type': contentType,
      'user-agent': USER_AGENT,
      ...(token && { authorization: `Bearer ${token}` }),
    };
  }

  #url({ kind, namespace, name, sub, query = {} }: Request): string {
    if (!kind) throw new Error('a call without a kind');
    const entries = Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]);
    return `${this.#target.server}${pathOf(kind, namespace, name, sub)}?${new URLSearchParams(entries)}`;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}
