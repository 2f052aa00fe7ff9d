import { conditionOf, type Kind } from '../../src/api/kube.ts';
import type { Api, Loose } from './api.ts';
import { eventually, type Patience } from './eventually.ts';

/** One object on a live cluster, as a test handles it. */
export class ObjectUnderTest {
  readonly api: Api;
  readonly namespace: string;
  readonly name: string;
  readonly kind: Kind;

  constructor(api: Api, namespace: string, name: string, kind: Kind) {
    this.api = api;
    this.namespace = namespace;
    this.name = name;
    this.kind = kind;
  }

  get(): Promise<Loose | undefined> {
    return this.api.get(this.kind, this.namespace, this.name);
  }

  async read(): Promise<Loose> {
    const object = await this.get();
    if (!object) throw new Error(`${this.kind.kind} ${this.namespace}/${this.name} is gone`);
    return object;
  }

  patch(body: unknown): Promise<Loose> {
    return this.api.patch(this.kind, this.namespace, this.name, body);
  }

  edit(spec: object): Promise<Loose> {
    return this.patch({ spec });
  }

  /** Waits for a condition to have this status. */
  condition(type: string, status = 'True', patience?: Patience): Promise<Loose> {
    return eventually(
      `condition ${type}=${status} of ${this.kind.kind} ${this.name}`,
      async () => {
        const object = await this.read();
        return conditionOf(object, type)?.status === status && object;
      },
      patience,
    );
  }

  gone(patience?: Patience): Promise<boolean> {
    return eventually(`${this.name} to be gone`, async () => (await this.get()) === undefined, patience);
  }
}
