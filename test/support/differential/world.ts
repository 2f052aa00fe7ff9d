import type { Kind, KubeObject } from '../../../src/api/kube.ts';
import type { Api, Loose } from '../api.ts';

/** A kind of which jobs own objects, and what of such an object may not differ. */
export interface Part {
  readonly name: string;
  readonly kind: Kind;
  readonly mask: (object: Loose) => object;
}

/** What one family of jobs consists of. */
export interface World<Job> {
  /** Of the jobs. */
  readonly kinds: readonly Kind[];
  readonly parts: readonly Part[];
  /** Puts in place what the jobs refer to. */
  prepare?(api: Api, namespace: string): Promise<void>;
  create(api: Api, job: KubeObject): Promise<Job>;
}
