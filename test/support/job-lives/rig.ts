import { setTimeout as delay } from 'node:timers/promises';
import { JOB, NAMESPACE, NODE, POD } from '../../../src/api/kinds.ts';
import type { KubeObject } from '../../../src/api/kube.ts';
import { CORE_EVENT } from '../../../src/embedded/builtin/kinds.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../../src/embedded/cluster.ts';
import { systemEnvironment } from '../../../src/runtime/environment.ts';
import { deepEqual } from '../../../src/runtime/json.ts';
import { Api, targetOf } from '../api.ts';
import type { Side } from '../embedded-compare/calls.ts';
import { EmbeddedSide } from '../embedded-compare/embedded-side.ts';
import { keepQuietNode, QUIET_NODE } from '../embedded-compare/quiet-node.ts';
import { RealSide } from '../embedded-compare/real-side.ts';
import { eventually } from '../eventually.ts';
import { Mirror } from './mirror.ts';
import type { Life, Step } from './script.ts';
import { LifeSide } from './side.ts';
import { stateOf } from './state.ts';

/** Where two lives part. */
export interface Parting {
  readonly life: Life;
  /** The number of the step after which they differ; -1: from the start. */
  readonly at: number;
  readonly real: unknown;
  readonly embedded: unknown;
}

/** Longer than the Job controller gathers changes. */
const QUIET_MS = 1_800;
const PATIENCE_MS = 60_000;
const POLL_MS = 150;

/** A real control plane without nodes that do anything, and the embedded one, in the same time. */
export class JobLives {
  readonly #api: Api;
  readonly #real: RealSide;
  readonly #cluster: EmbeddedCluster;
  readonly #embedded: Side;
  readonly #run = Date.now().toString(36).slice(-5);
  #mirror: Mirror | undefined;
  #leaveNode = () => {};
  #serial = 0;

  private constructor(kubeconfig: string) {
    const target = targetOf(kubeconfig);
    this.#api = new Api(target);
    this.#real = new RealSide(target);
    this.#cluster = startEmbeddedCluster({ environment: systemEnvironment });
    this.#embedded = new EmbeddedSide(this.#cluster.server);
  }

  static async open(kubeconfig: string): Promise<JobLives> {
    const lives = new JobLives(kubeconfig);
    const { code } = await lives.#real.send({ verb: 'create', kind: NODE, namespace: '', body: QUIET_NODE });
    if (code >= 300 && code !== 409) throw new Error(`the node was refused with ${code}`);
    lives.#leaveNode = await keepQuietNode(lives.#api);
    lives.#mirror = await Mirror.open(lives.#real, [JOB, POD, CORE_EVENT]);
    return lives;
  }

  async close(): Promise<void> {
    this.#leaveNode();
    this.#mirror?.close();
    this.#cluster.stop();
    await Promise.all([this.#api.close(), this.#real.close()]);
  }

  /** Resolves to where the two lives part, if they do. */
  async play(life: Life): Promise<Parting | undefined> {
    const namespace = `l-${this.#run}-${this.#serial++}`;
    const [real, embedded] = await this.#prepare(namespace);
    const answers = await Promise.all([real.create(life.spec), embedded.create(life.spec)]);
    if (answers.some(({ code }) => code >= 300)) {
      return { life, at: -1, real: answers[0], embedded: answers[1] };
    }
    const begun = await this.#settled(real, embedded);
    if (begun) return { life, at: -1, ...begun };
    for (const [at, step] of life.steps.entries()) {
      const parting = await this.#step(step, real, embedded);
      if (parting) return { life, at, ...parting };
    }
    return undefined;
  }

  async #step(step: Step, real: LifeSide, embedded: LifeSide) {
    const [there, here] = await Promise.all([real.play(step), embedded.play(step)]);
    if (there !== here) return { real: { code: there }, embedded: { code: here } };
    if (step.do === 'wait') await delay(step.seconds * 1000);
    return here === 0 && step.do !== 'wait' ? undefined : this.#settled(real, embedded);
  }

  async #prepare(namespace: string): Promise<readonly [LifeSide, LifeSide]> {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    for (const side of [this.#real, this.#embedded])
      await side.send({ verb: 'create', kind: NAMESPACE, namespace, body });
    const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
    await eventually('a service account', async () => (await this.#api.raw('GET', account)).code === 200, {
      timeoutMs: 60_000,
      everyMs: 100,
    });
    const mirror = this.#mirror as Mirror;
    const { server } = this.#cluster;
    const seen = (list: (kind: typeof JOB) => readonly KubeObject[]) => () => ({
      job: list(JOB)[0],
      pods: list(POD),
      events: list(CORE_EVENT),
    });
    return [
      new LifeSide(
        this.#real,
        namespace,
        seen((kind) => mirror.list(kind, namespace)),
      ),
      new LifeSide(
        this.#embedded,
        namespace,
        seen((kind) => server.list(kind, { namespace }).items),
      ),
    ];
  }

  /** Waits until both show the same and nothing moves any more; resolves to what they show when they never do. */
  async #settled(real: LifeSide, embedded: LifeSide) {
    const deadline = Date.now() + PATIENCE_MS;
    let last: unknown;
    let since = Date.now();
    for (;;) {
      const [there, here] = [stateOf(real.seen()), stateOf(embedded.seen())];
      const both = [there, here];
      if (!deepEqual(both, last)) since = Date.now();
      last = both;
      if (deepEqual(there, here) && Date.now() - since > QUIET_MS) return undefined;
      if (Date.now() > deadline) return { real: there, embedded: here };
      await delay(POLL_MS);
    }
  }
}
