import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POD } from '../../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../../src/api/kube.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../../src/embedded/cluster.ts';
import type { LogOptions } from '../../../src/embedded/node/logs/read.ts';
import type { ContainerStatus, Pod, PodSpec } from '../../../src/embedded/node/pod-types.ts';
import {
  type ProcessNode,
  type ProcessNodeOptions,
  startProcessNode,
} from '../../../src/embedded/node/process-node.ts';
import type { KubeClient } from '../../../src/runtime/client.ts';
import { systemEnvironment } from '../../../src/runtime/environment.ts';

/** A cluster in memory with one node, in a folder of its own. */
export class LiveNode {
  readonly folder: string;
  readonly client: KubeClient;
  readonly node: ProcessNode;
  readonly #cluster: EmbeddedCluster;

  private constructor(folder: string, client: KubeClient, node: ProcessNode, cluster: EmbeddedCluster) {
    this.folder = folder;
    this.client = client;
    this.node = node;
    this.#cluster = cluster;
  }

  static async start(options: Partial<ProcessNodeOptions> = {}): Promise<LiveNode> {
    const folder = mkdtempSync(join(tmpdir(), 'process-node-'));
    const cluster = startEmbeddedCluster({ environment: systemEnvironment });
    const client = cluster.client('test');
    const settings = { probeSecondMs: 50, restartBaseMs: 50, retryBaseMs: 50, ...options.settings };
    const node = await startProcessNode({ client, dataDir: folder, ...options, settings });
    await node.ready;
    return new LiveNode(folder, client, node, cluster);
  }

  async stop(): Promise<void> {
    await this.node.close(0);
    this.#cluster.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async create(kind: Kind, name: string, rest: object): Promise<KubeObject> {
    const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    return this.client.create(kind, { apiVersion, kind: kind.kind, metadata: { name, namespace: 'default' }, ...rest });
  }

  /** A pod bound to the node; containers without an image get one. */
  async run(name: string, spec: Partial<PodSpec>, labels: Readonly<Record<string, string>> = {}): Promise<Pod> {
    const imaged = (list: PodSpec['containers'] = []) => list.map((container) => ({ image: 'any', ...container }));
    const { containers, initContainers, ...rest } = spec;
    const metadata = { name, namespace: 'default', labels: { app: name, ...labels } };
    const whole = {
      nodeName: this.node.name,
      restartPolicy: 'Never',
      ...rest,
      containers: imaged(containers),
      ...(initContainers && { initContainers: imaged(initContainers) }),
    };
    return (await this.client.create(POD, { apiVersion: 'v1', kind: 'Pod', metadata, spec: whole })) as Pod;
  }

  /** The pod, once it is as wanted. */
  async until(name: string, wanted: (pod: Pod) => boolean, withinMs = 30_000): Promise<Pod> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const pod = (await this.client.get(POD, { namespace: 'default', name })) as Pod;
      if (wanted(pod)) return pod;
      if (Date.now() > deadline) throw new Error(`${name} stays ${JSON.stringify(pod.status)}`);
      await pause(15);
    }
  }

  ended(name: string): Promise<Pod> {
    return this.until(name, ({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
  }

  ready(name: string): Promise<Pod> {
    return this.until(name, isReady);
  }

  async gone(name: string, withinMs = 30_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline) {
      const found = await this.client.get(POD, { namespace: 'default', name }).catch(() => undefined);
      if (!found) return;
      await pause(15);
    }
    throw new Error(`${name} is still there`);
  }

  async logs(name: string, container?: string, options: LogOptions = {}): Promise<string> {
    let text = '';
    for await (const part of this.node.readLogs({ namespace: 'default', name }, container, options)) text += part;
    return text;
  }
}

export const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

export const statusOf = (pod: Pod, name = 'main'): ContainerStatus => {
  const all = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return all.find((one) => one.name === name) as ContainerStatus;
};

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A container that runs a shell script. */
export const shell = (script: string, name = 'main') => ({ name, command: ['sh', '-c', script] });

/** Whether a process runs; one that ended and waits for its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'latin1') : '';
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}
