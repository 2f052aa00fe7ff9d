import type { KubeObject } from '../../api/kube.ts';
import type { ObjectRef } from '../../runtime/client.ts';
import type { ApiServer } from '../api-server.ts';
import type { WriteRequest } from '../requests.ts';
import type { Resource } from '../resource.ts';
import type { StrategyContext } from '../strategy.ts';

export interface SubresourceRead {
  readonly server: ApiServer;
  readonly resource: Resource;
  readonly ref: ObjectRef;
  readonly context: StrategyContext;
}

export interface SubresourceWrite extends SubresourceRead {
  readonly body: unknown;
  readonly request: WriteRequest;
  /** The body is what a patch made. */
  readonly patched?: boolean;
}

/** `/<name>` of an object: another view of it (`scale`), or an action on it (`binding`, `eviction`). */
export interface Subresource {
  readonly name: string;
  get?(read: SubresourceRead): KubeObject;
  /** What a patch starts from. @default - what is read */
  current?(read: SubresourceRead): KubeObject;
  replace?(write: SubresourceWrite): KubeObject;
  post?(write: SubresourceWrite): KubeObject;
}
