import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFINITIONS } from '../../src/api/index.ts';
import { POD, SERVICE } from '../../src/api/kinds.ts';
import type { Api, Loose } from './api.ts';
import { ControllerProcess } from './controller-process.ts';
import type { History, Moment } from './fault-history.ts';
import { acceptedCounts, FaultProxy, type PlannedFault, type Write, type WriteFault } from './fault-proxy.ts';
import { type Identity, writeKubeconfig } from './identity.ts';

/** A job's life, as seen from outside: drives it to a final state and knows when it is there. */
export interface Scenario {
  readonly name: string;
  run(namespace: string): Promise<void>;
}

/** What one run leaves behind, free of what differs between any two runs. */
export interface Outcome {
  readonly objects: readonly unknown[];
  readonly creates: Readonly<Record<string, number>>;
  readonly deletes: Readonly<Record<string, number>>;
  readonly writes: readonly Write[];
}

const QUIET_MS = 500;
/** A busy machine starts a controller slowly; a fault test must not mistake that for a fault. */
const READY_WITHIN_MS = 60_000;
/** A refused write is tried again after a second at the latest. */
const RETRY_MS = 1200;

/** A controller behind a fault proxy. One rig serves many runs, one after the other. */
export class FaultRig {
  readonly proxy: FaultProxy;
  private readonly api: Api;
  private readonly kubeconfig: string;
  private controller: ControllerProcess | undefined;
  /** The controller's process, ready or not. */
  private child: ChildProcess | undefined;
  /** Counts the processes, so that one killed while it started is not taken for a failure. */
  private life = 0;
  private restarting: Promise<void> = Promise.resolve();

  private constructor(api: Api, proxy: FaultProxy, kubeconfig: string) {
    this.api = api;
    this.proxy = proxy;
    this.kubeconfig = kubeconfig;
  }

  static async start(api: Api, identity: Identity): Promise<FaultRig> {
    const proxy = new FaultProxy(identity.target);
    const server = await proxy.listen();
    const rig = new FaultRig(api, proxy, writeKubeconfig({ server, ca: '', token: identity.target.token ?? '' }));
    await rig.begin();
    return rig;
  }

  async stop(): Promise<void> {
    await this.restarting.catch(() => {});
    await this.controller?.stop();
    await this.end();
    await this.proxy.close();
  }

  /** A new controller that finds the world as the proxy now shows it. */
  async replaceController(): Promise<void> {
    await this.end();
    await this.begin();
  }

  /** The controller's last log lines, for a failure's message. */
  log(): string {
    return this.controller?.log() ?? '';
  }

  /** Plays a scenario with, or without, one fault, and waits until no write has come for a while. */
  async play(scenario: Scenario, namespace: string, at?: number, fault?: WriteFault): Promise<Outcome> {
    const faults: readonly PlannedFault[] = fault && at !== undefined ? [{ ...fault, at }] : [];
    await this.ensureController();
    this.proxy.arm(faults, () => this.rebirth());
    await scenario.run(namespace);
    return this.outcome(namespace, fault?.kind === 'answer' ? RETRY_MS : QUIET_MS);
  }

  /** Plays a scenario while a whole history of faults happens to it. */
  async playHistory(scenario: Scenario, namespace: string, history: History): Promise<Outcome> {
    await this.ensureController();
    const timers: NodeJS.Timeout[] = [];
    const happen = (afterMs: number, moment: Moment) => timers.push(setTimeout(() => this.happen(moment), afterMs));
    let killAgain = history.killAgainAfterMs;
    this.proxy.arm(history.writes, async () => {
      await this.rebirth();
      if (killAgain !== undefined) happen(killAgain, { kind: 'kill' });
      killAgain = undefined;
    });
    for (const { afterMs, moment } of history.moments) happen(afterMs, moment);
    try {
      await scenario.run(namespace);
    } finally {
      for (const timer of timers) clearTimeout(timer);
      this.happen({ kind: 'delay-events', ms: 0 });
      this.proxy.expireNextWatches(0);
      await this.born();
    }
    return this.outcome(namespace, RETRY_MS);
  }

  private happen(moment: Moment): void {
    if (moment.kind === 'kill') void this.proxy.kill();
    if (moment.kind === 'delay-events') this.proxy.delayEvents(moment.ms);
    if (moment.kind === 'expire-watches') this.proxy.expireNextWatches(moment.count);
    // A delay that changes within a stream would change the order of its events too.
    if (moment.kind !== 'kill') this.proxy.dropWatches();
  }

  private async outcome(namespace: string, quietMs: number): Promise<Outcome> {
    await this.quiet(quietMs);
    const writes = this.proxy.writes.filter((write) => write.path.includes(`/namespaces/${namespace}/`));
    return {
      objects: await this.endState(namespace),
      creates: acceptedCounts(writes, 'POST'),
      deletes: acceptedCounts(writes, 'DELETE'),
      writes,
    };
  }

  /** Ends the controller at once and lets the next one begin. */
  private async rebirth(): Promise<void> {
    await this.end();
    this.restarting = this.begin();
    this.restarting.catch(() => {});
  }

  private async end(): Promise<void> {
    this.life++;
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  private async begin(): Promise<void> {
    this.proxy.revive();
    const life = ++this.life;
    const onSpawn = (child: ChildProcess) => {
      if (life === this.life) this.child = child;
      else child.kill('SIGKILL');
    };
    try {
      this.controller = await ControllerProcess.start({
        kubeconfig: this.kubeconfig,
        readyWithinMs: READY_WITHIN_MS,
        onSpawn,
      });
    } catch (error) {
      if (life === this.life) throw error;
    }
  }

  /** A run whose controller could not be started again fails; the next one is not to fail for it. */
  private async ensureController(): Promise<void> {
    await this.born().catch(() => {
      this.restarting = this.begin();
    });
    await this.born();
  }

  /** Until a controller is ready that nobody killed meanwhile. */
  private async born(): Promise<void> {
    for (let seen: Promise<void> | undefined; seen !== this.restarting; ) {
      seen = this.restarting;
      await seen;
    }
  }

  private async quiet(forMs: number): Promise<void> {
    for (let seen = -1; seen !== this.proxy.writes.length; ) {
      seen = this.proxy.writes.length;
      await this.born();
      await delay(forMs);
    }
  }

  private async endState(namespace: string): Promise<unknown[]> {
    const kinds = [...SERVED_KINDS, POD, SERVICE];
    const lists = await Promise.all(kinds.map((kind) => this.api.list(kind, namespace)));
    return lists.flatMap((list, index) =>
      list
        .filter((object) => !object.metadata.deletionTimestamp)
        .map((object) => masked(kinds[index]!.kind, object, namespace)),
    );
  }
}

const SERVED_KINDS = DEFINITIONS.map(({ kind }) => kind).filter(({ namespaced }) => namespaced);

const CHANGING = new Set([
  'uid',
  'resourceVersion',
  'managedFields',
  'selfLink',
  'generation',
  'observedGeneration',
  'nodeName',
  'node',
  'clusterIP',
  'clusterIPs',
]);
const UID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;
/** Where a failure record says that a pod was. */
const ON_NODE = / on node [\w-]+/g;
const TIME = /(^time|Time|Timestamp|startedAt|finishedAt)$/;

/** The object without what two good runs may differ in: identities, versions, times and addresses. */
export function masked(kind: string, object: Loose, namespace: string): unknown {
  const { metadata, spec, status } = object;
  const judged = kind === 'Pod' ? { phase: status?.phase } : kind === 'Service' ? undefined : status;
  const text = JSON.stringify({ kind, metadata, spec, status: judged }, (key, value) => {
    if (CHANGING.has(key)) return undefined;
    if (TIME.test(key)) return value === undefined ? undefined : 'some time';
    if (key === 'name' && typeof value === 'string' && /^kube-api-access-/.test(value)) return 'kube-api-access';
    return value;
  });
  return JSON.parse(text.replaceAll(namespace, 'NAMESPACE').replaceAll(UID, 'UID').replaceAll(ON_NODE, ''));
}
