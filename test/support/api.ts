import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { parse } from 'yaml';
import { apiVersionOf, type Kind, type KubeObject } from '../../src/api/kube.ts';

interface Kubeconfig {
  readonly clusters: readonly {
    cluster: { server: string; 'certificate-authority-data'?: string; 'certificate-authority'?: string };
  }[];
  readonly users: readonly { user: Record<string, string | undefined> }[];
}

export interface Target {
  /** `https://127.0.0.1:6443`, no slash at the end. */
  readonly server: string;
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

/** Reads the first cluster and user of a kubeconfig. */
export function targetOf(kubeconfig: string): Target {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const cluster = config.clusters[0]?.cluster;
  const user = config.users[0]?.user ?? {};
  if (!cluster) throw new Error(`${kubeconfig} names no cluster`);
  const data = (inline?: string, file?: string) =>
    inline ? Buffer.from(inline, 'base64').toString() : file ? readFileSync(file, 'utf8') : undefined;
  const cert = data(user['client-certificate-data'], user['client-certificate']);
  const key = data(user['client-key-data'], user['client-key']);
  return {
    server: cluster.server.replace(/\/$/, ''),
    ca: data(cluster['certificate-authority-data'], cluster['certificate-authority']) ?? '',
    ...(cert && { cert }),
    ...(key && { key }),
    ...(user.token && { token: user.token }),
  };
}

/** What an object looks like to a test: everything may be there. */
export interface Loose extends Omit<KubeObject, 'spec' | 'status'> {
  // biome-ignore lint/suspicious/noExplicitAny: tests look at arbitrary fields of arbitrary objects
  readonly spec: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at arbitrary fields of arbitrary objects
  readonly status: any;
}

export interface Answer {
  readonly code: number;
  readonly text: string;
}

/** The REST path of a kind, of one object, or of its subresource. */
export function pathOf(kind: Kind, namespace?: string, name?: string, subresource?: string): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${apiVersionOf(kind)}`;
  const scope = kind.namespaced && namespace ? `/namespaces/${namespace}` : '';
  return `${root}${scope}/${kind.plural}${name ? `/${name}` : ''}${subresource ? `/${subresource}` : ''}`;
}

/** A client of the tests' own, so that a fault of the runtime's client does not hide itself. */
export class Api {
  readonly target: Target;
  private readonly agent: Agent;

  constructor(target: Target) {
    this.target = target;
    const { ca, cert, key } = target;
    this.agent = new Agent({ connections: 16, connect: { ca, ...(cert && { cert }), ...(key && { key }) } });
  }

  async raw(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await request(`${this.target.server}${path}`, {
      method: method as 'GET',
      dispatcher: this.agent,
      headers: {
        ...headers,
        'content-type': contentType,
        ...(this.target.token && { authorization: `Bearer ${this.target.token}` }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { code: answer.statusCode, text: await answer.body.text() };
  }

  async get(kind: Kind, namespace: string | undefined, name: string): Promise<Loose | undefined> {
    const answer = await this.raw('GET', pathOf(kind, namespace, name));
    return answer.code === 404 ? undefined : (accepted(answer, `get ${kind.kind} ${name}`) as Loose);
  }

  async list(kind: Kind, namespace?: string, labelSelector?: string): Promise<Loose[]> {
    const query = labelSelector ? `?labelSelector=${encodeURIComponent(labelSelector)}` : '';
    const answer = await this.raw('GET', pathOf(kind, namespace) + query);
    return (accepted(answer, `list ${kind.plural}`) as { items: Loose[] }).items;
  }

  async create(kind: Kind, object: KubeObject): Promise<Loose> {
    const answer = await this.raw('POST', pathOf(kind, object.metadata.namespace), object);
    return accepted(answer, `create ${kind.kind} ${object.metadata.name}`) as Loose;
  }

  /** A merge patch. */
  async patch(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    body: unknown,
    subresource?: string,
  ): Promise<Loose> {
    const path = pathOf(kind, namespace, name, subresource);
    return accepted(
      await this.raw('PATCH', path, body, 'application/merge-patch+json'),
      `patch ${kind.kind} ${name}`,
    ) as Loose;
  }

  /** Server-side apply. */
  async apply(kind: Kind, object: KubeObject): Promise<Loose> {
    const path = `${pathOf(kind, object.metadata.namespace, object.metadata.name)}?fieldManager=test&force=true`;
    return accepted(
      await this.raw('PATCH', path, object, 'application/apply-patch+yaml'),
      `apply ${kind.kind} ${object.metadata.name}`,
    ) as Loose;
  }

  async delete(kind: Kind, namespace: string | undefined, name: string, body?: unknown): Promise<void> {
    const answer = await this.raw('DELETE', pathOf(kind, namespace, name), body);
    if (answer.code !== 404) accepted(answer, `delete ${kind.kind} ${name}`);
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}

function accepted(answer: Answer, what: string): unknown {
  if (answer.code < 200 || answer.code > 299) throw new Error(`${what}: ${answer.code} ${answer.text.slice(0, 600)}`);
  return JSON.parse(answer.text);
}
