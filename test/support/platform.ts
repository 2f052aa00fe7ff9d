import { afterAll, beforeAll } from '@jest/globals';
import { NAMESPACE } from '../../src/api/kinds.ts';
import { Api, targetOf } from './api.ts';
import { type Cluster, sharedCluster } from './cluster.ts';
import { ControllerProcess } from './controller-process.ts';
import { type Identity, installIdentity } from './identity.ts';
import { sampleOf } from './metrics.ts';
import { freshNamespace } from './namespace.ts';

export interface PlatformOptions {
  /** More flags of `armature controller`, which may depend on where the cluster is. */
  readonly flags?: readonly string[] | ((cluster: Cluster) => readonly string[]);
  /** `false`: the tests start controllers themselves. @default true */
  readonly controller?: boolean;
  /** @default - the cluster with fake nodes that all integration tests share */
  readonly cluster?: () => Promise<Cluster>;
}

/** What a live test file works with: an administrator's client, fresh namespaces, and a controller under its roles. */
export interface Platform {
  readonly api: Api;
  readonly cluster: Cluster;
  readonly identity: Identity;
  readonly controller: ControllerProcess;
  /** A namespace of its own for a test; deleted after the last test of the file. */
  namespace(): Promise<string>;
  /** The value of one counter or gauge of the controller; 0 when it has no such sample. */
  counter(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
}

/** Registers the set-up of a live test file; to be called once, at its top. */
export function usePlatform(options: PlatformOptions = {}): Platform {
  const namespaces: string[] = [];
  let parts: { api: Api; cluster: Cluster; identity: Identity } | undefined;
  let controller: ControllerProcess | undefined;

  beforeAll(async () => {
    const cluster = await (options.cluster ?? sharedCluster)();
    const api = new Api(targetOf(cluster.kubeconfig));
    parts = { api, cluster, identity: await installIdentity(api) };
    if (options.controller === false) return;
    const { flags = [] } = options;
    controller = await ControllerProcess.start({
      kubeconfig: parts.identity.kubeconfig,
      flags: typeof flags === 'function' ? flags(cluster) : flags,
    });
  }, 1_200_000);

  afterAll(async () => {
    for (const namespace of namespaces) await parts?.api.delete(NAMESPACE, undefined, namespace);
    await controller?.stop();
    await parts?.api.close();
  }, 60_000);

  const there = <T>(value: T | undefined): T => {
    if (value === undefined)
      throw new Error('the platform is not up: its set-up failed, or it is used outside of a test');
    return value;
  };
  return {
    get api() {
      return there(parts).api;
    },
    get cluster() {
      return there(parts).cluster;
    },
    get identity() {
      return there(parts).identity;
    },
    get controller() {
      return there(controller);
    },
    async namespace() {
      const name = await freshNamespace(there(parts).api);
      namespaces.push(name);
      return name;
    },
    async counter(name, labels = {}) {
      return sampleOf(await there(controller).metrics(), name, labels) ?? 0;
    },
  };
}
