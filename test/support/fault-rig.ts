import { setTimeout as delay } from 'node:timers/promises';
import { POD, PYTORCH_JOB, SERVICE } from '../../src/api/kinds.ts';
import type { Api, Loose } from './api.ts';
import { ControllerProcess } from './controller-process.ts';
import { acceptedCounts, FaultProxy, type Write, type WriteFault } from './fault-proxy.ts';
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
/** A refused write is tried again after a second at the latest. */
const RETRY_MS = 1200;

/** A controller behind a fault proxy. One rig serves many runs, one after the other. */
export class FaultRig {
  readonly proxy: FaultProxy;
  private readonly api: Api;
  private readonly kubeconfig: string;
  private controller: ControllerProcess | undefined;
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
    rig.controller = await ControllerProcess.start({ kubeconfig: rig.kubeconfig });
    return rig;
  }

  async stop(): Promise<void> {
    await this.restarting.catch(() => {});
    await this.controller?.stop();
    await this.proxy.close();
  }

  /** A new controller that finds the world as the proxy now shows it. */
  async replaceController(): Promise<void> {
    await this.controller?.kill();
    await this.restart();
  }

  /** The controller's last log lines, for a failure's message. */
  log(): string {
    return this.controller?.log() ?? '';
  }

  /** Plays a scenario with, or without, one fault, and waits until no write has come for a while. */
  async play(scenario: Scenario, namespace: string, at?: number, fault?: WriteFault): Promise<Outcome> {
    this.proxy.arm(at, fault, async () => {
      await this.controller?.kill();
      this.restarting = this.restart();
    });
    await scenario.run(namespace);
    await this.restarting;
    await this.quiet(fault?.kind === 'answer' ? RETRY_MS : QUIET_MS);
    const writes = this.proxy.writes.filter((write) => write.path.includes(`/namespaces/${namespace}/`));
    return {
      objects: await this.endState(namespace),
      creates: acceptedCounts(writes, 'POST'),
      deletes: acceptedCounts(writes, 'DELETE'),
      writes,
    };
  }

  private async restart(): Promise<void> {
    this.proxy.revive();
    this.controller = await ControllerProcess.start({ kubeconfig: this.kubeconfig });
  }

  private async quiet(forMs: number): Promise<void> {
    for (let seen = -1; seen !== this.proxy.writes.length; ) {
      seen = this.proxy.writes.length;
      await delay(forMs);
    }
  }

  private async endState(namespace: string): Promise<unknown[]> {
    const kinds = [PYTORCH_JOB, POD, SERVICE];
    const lists = await Promise.all(kinds.map((kind) => this.api.list(kind, namespace)));
    return lists.flatMap((list, index) =>
      list
        .filter((object) => !object.metadata.deletionTimestamp)
        .map((object) => masked(kinds[index]!.kind, object, namespace)),
    );
  }
}

const CHANGING = new Set([
  'uid',
  'resourceVersion',
  'managedFields',
  'selfLink',
  'generation',
  'observedGeneration',
  'nodeName',
  'clusterIP',
  'clusterIPs',
]);
const UID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;
const TIME = /(Time|Timestamp|startedAt|finishedAt)$/;

/** The object without what two good runs may differ in: identities, versions, times and addresses. */
export function masked(kind: string, object: Loose, namespace: string): unknown {
  const { metadata, spec, status } = object;
  const judged = kind === 'Pod' ? { phase: status?.phase } : kind === 'PyTorchJob' ? status : undefined;
  const text = JSON.stringify({ kind, metadata, spec, status: judged }, (key, value) => {
    if (CHANGING.has(key)) return undefined;
    if (TIME.test(key)) return value === undefined ? undefined : 'some time';
    if (key === 'name' && typeof value === 'string' && /^kube-api-access-/.test(value)) return 'kube-api-access';
    return value;
  });
  return JSON.parse(text.replaceAll(namespace, 'NAMESPACE').replaceAll(UID, 'UID'));
}
