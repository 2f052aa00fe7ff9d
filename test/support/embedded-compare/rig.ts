import { setTimeout as delay } from 'node:timers/promises';
import { CUSTOM_RESOURCE_DEFINITION, NAMESPACE, NODE, PYTORCH_JOB } from '../../../src/api/kinds.ts';
import { PRIORITY_CLASS, RESOURCE_QUOTA } from '../../../src/embedded/builtin/kinds.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../../src/embedded/cluster.ts';
import { Store } from '../../../src/embedded/store.ts';
import { systemEnvironment } from '../../../src/runtime/environment.ts';
import { Api, pathOf, targetOf } from '../api.ts';
import { eventually } from '../eventually.ts';
import type { Answer, Request, Sequence, Side } from './calls.ts';
import { EmbeddedSide } from './embedded-side.ts';
import { crds, PRIORITY_CLASSES, WIDGET } from './fixtures.ts';
import { compare, type Difference } from './play.ts';
import { keepQuietNode, QUIET_NODE } from './quiet-node.ts';
import { RealSide } from './real-side.ts';

/** Versions of both servers have as many digits, so that no small number is taken for one. */
const FIRST_REVISION = 100_000;

/** The two servers side by side, with the same things in them. */
export class CompareRig {
  readonly #api: Api;
  readonly #real: RealSide;
  readonly #cluster: EmbeddedCluster;
  readonly #embedded: Side;
  readonly #run = `${Date.now().toString(36).slice(-5)}`;
  #serial = 0;
  #leaveNode = () => {};
  #collecting: Promise<void> | undefined;

  private constructor(api: Api, real: RealSide, cluster: EmbeddedCluster) {
    this.#api = api;
    this.#real = real;
    this.#cluster = cluster;
    this.#embedded = new EmbeddedSide(cluster.server);
  }

  static async open(kubeconfig: string): Promise<CompareRig> {
    const target = targetOf(kubeconfig);
    const store = new Store();
    store.restore([], FIRST_REVISION);
    const cluster = startEmbeddedCluster({ environment: systemEnvironment, store });
    const rig = new CompareRig(new Api(target), new RealSide(target), cluster);
    await rig.#prepare();
    return rig;
  }

  /** Plays a sequence in a namespace of its own. */
  async play(sequence: Sequence): Promise<Difference | undefined> {
    const namespace = `c-${this.#run}-${this.#serial++}`;
    if (sequence.theme === 'owners' || sequence.theme === 'quota') await this.collecting();
    await this.#both({
      verb: 'create',
      kind: NAMESPACE,
      namespace,
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    });
    const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
    await eventually('a service account', async () => (await this.#api.raw('GET', account)).code === 200, {
      timeoutMs: 60_000,
      everyMs: 20,
    });
    return compare(sequence, namespace, this.#real, this.#embedded);
  }

  /** Resolves once the real garbage collector and the real quotas know the custom resources. */
  collecting(): Promise<void> {
    this.#collecting ??= this.#awaitCollector();
    return this.#collecting;
  }

  async close(): Promise<void> {
    this.#leaveNode();
    this.#cluster.stop();
    await Promise.all([this.#api.close(), this.#real.close()]);
  }

  async #prepare(): Promise<void> {
    for (const crd of crds()) await this.#ensured({ verb: 'create', kind: CUSTOM_RESOURCE_DEFINITION, body: crd });
    await this.#ensured({ verb: 'create', kind: NODE, body: QUIET_NODE });
    this.#leaveNode = await keepQuietNode(this.#api);
    for (const body of PRIORITY_CLASSES) await this.#ensured({ verb: 'create', kind: PRIORITY_CLASS, body });
    for (const kind of [WIDGET, PYTORCH_JOB]) {
      await eventually(`${kind.plural} to be served`, async () => {
        const answers = await this.#both({ verb: 'list', kind, namespace: 'default' });
        return (await this.#api.raw('GET', pathOf(kind))).code === 200 && answers.every(({ code }) => code < 300);
      });
    }
    await delay(500);
  }

  async #awaitCollector(): Promise<void> {
    const references = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'none', uid: '22222222-2222-4222-8222-222222222222' },
    ];
    const metadata = { namespace: 'default', generateName: 'probe-', ownerReferences: references };
    const probe = { apiVersion: 'compare.armature.dev/v1', kind: 'Widget', metadata };
    const { metadata: made } = await this.#api.create(WIDGET, probe);
    const gone = async () => (await this.#api.get(WIDGET, 'default', made.name ?? '')) === undefined;
    await eventually('the garbage collector to know widgets', gone, { timeoutMs: 90_000, everyMs: 250 });
    await eventually('quotas to count widgets', () => this.#countsWidgets(), { timeoutMs: 90_000, everyMs: 1_000 });
  }

  async #countsWidgets(): Promise<boolean> {
    const hard = { 'count/widgets.compare.armature.dev': '1' };
    const metadata = { namespace: 'default', generateName: 'probe-' };
    const { metadata: made } = await this.#api.create(RESOURCE_QUOTA, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata,
      spec: { hard },
    });
    await delay(500);
    const { name = '' } = made;
    const quota = await this.#api.get(RESOURCE_QUOTA, 'default', name);
    await this.#api.delete(RESOURCE_QUOTA, 'default', name);
    return Object.keys(quota?.status?.used ?? {}).length > 0;
  }

  async #ensured(request: Omit<Request, 'namespace'>): Promise<void> {
    const answers = await this.#both({ ...request, namespace: 'default' });
    const failed = answers.find(({ code }) => code >= 300 && code !== 409);
    if (failed) throw new Error(JSON.stringify(failed));
  }

  #both(request: Request): Promise<Answer[]> {
    return Promise.all([this.#real.send(request), this.#embedded.send(request)]);
  }
}
