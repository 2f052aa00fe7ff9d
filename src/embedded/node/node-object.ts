import { LEASE, NODE } from '../../api/kinds.ts';
import { apiVersionOf, type KubeObject } from '../../api/kube.ts';
import { microTimestamp, timestamp } from '../../api/timestamp.ts';
import { isAlreadyExists, isConflict, isNotFound, type KubeClient } from '../../runtime/client.ts';
import type { Environment } from '../../runtime/environment.ts';
import type { Isolation } from './process/capabilities.ts';

const LEASE_NAMESPACE = 'kube-node-lease';
const LEASE_SECONDS = 40;

export interface NodeDescription {
  readonly name: string;
  /** What the node offers, by resource. */
  readonly capacity: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly isolation: Isolation;
}

/** The Node object and its Lease, kept as a kubelet keeps them. */
export class NodeObject {
  readonly #client: KubeClient;
  readonly #environment: Environment;
  readonly #description: NodeDescription;
  #readySince: number;

  constructor(client: KubeClient, environment: Environment, description: NodeDescription) {
    this.#client = client;
    this.#environment = environment;
    this.#description = description;
    this.#readySince = environment.now();
  }

  /** Makes the Node, or takes over the one of this name, and says that it is ready. */
  async register(): Promise<void> {
    const { name, labels, isolation } = this.#description;
    const metadata = {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': process.platform === 'darwin' ? 'darwin' : 'linux',
        'kubernetes.io/arch': process.arch === 'x64' ? 'amd64' : process.arch,
        ...labels,
      },
      annotations: { 'armature.dev/isolation': isolation },
    };
    try {
      await this.#client.create(NODE, { apiVersion: apiVersionOf(NODE), kind: NODE.kind, metadata, spec: {} });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      await this.#client.patch(NODE, { name }, 'merge', { metadata });
    }
    await this.report(true);
    await this.renew();
  }

  async report(ready: boolean): Promise<void> {
    const { name } = this.#description;
    await this.#client.patch(NODE, { name }, 'merge', { status: this.#status(ready) }, { subresource: 'status' });
  }

  /** Renews the Lease; makes it when it is missing. */
  async renew(): Promise<void> {
    const { name } = this.#description;
    const renewTime = microTimestamp(this.#environment.now());
    const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    try {
      await this.#client.patch(LEASE, { namespace: LEASE_NAMESPACE, name }, 'merge', { spec });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await this.#createLease(spec);
    }
  }

  async #createLease(spec: object): Promise<void> {
    const { name } = this.#description;
    const found = await this.#client.get(NODE, { name });
    const owner = { apiVersion: 'v1', kind: NODE.kind, name, uid: found.metadata.uid ?? '' };
    const lease: KubeObject = {
      apiVersion: apiVersionOf(LEASE),
      kind: LEASE.kind,
      metadata: { namespace: LEASE_NAMESPACE, name, ownerReferences: [owner] },
      spec,
    };
    try {
      await this.#client.create(LEASE, lease);
    } catch (error) {
      // Without its namespace there is nobody who would look for the Lease.
      if (!isAlreadyExists(error) && !isConflict(error) && !isNotFound(error)) throw error;
    }
  }

  #status(ready: boolean) {
    const { name, capacity } = this.#description;
    const now = timestamp(this.#environment.now());
    if (!ready) this.#readySince = this.#environment.now();
    const condition = (type: string, status: string, reason: string, message: string) => ({
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: now,
      lastTransitionTime: timestamp(this.#readySince),
    });
    return {
      capacity,
      allocatable: capacity,
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'memory is not watched'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'the disk is not watched'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'processes are not counted'),
        ready
          ? condition('Ready', 'True', 'KubeletReady', 'pods run as processes of this machine')
          : condition('Ready', 'False', 'NodeClosed', 'the node was ended'),
      ],
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: nodeInfo(),
    };
  }
}

function nodeInfo() {
  return {
    machineID: '',
    systemUUID: '',
    bootID: '',
    kernelVersion: '',
    osImage: process.platform,
    containerRuntimeVersion: 'process://1',
    kubeletVersion: 'v1.36.0-armature',
    kubeProxyVersion: '',
    operatingSystem: process.platform,
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
  };
}
