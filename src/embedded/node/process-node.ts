import { mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { POD, SERVICE } from '../../api/kinds.ts';
import { ApiError, type KubeClient } from '../../runtime/client.ts';
import { type Environment, sleep, systemEnvironment } from '../../runtime/environment.ts';
import { EventRecorder } from '../../runtime/events.ts';
import { Informers } from '../../runtime/informers.ts';
import { type Logger, silentLogger } from '../../runtime/log.ts';
import type { ExecResult, ExecStreams } from './container-run.ts';
import type { NodeContext } from './context.ts';
import type { ImageMap } from './images/image-map.ts';
import { ImageSource } from './images/image-source.ts';
import { DEFAULT_SETTINGS, type NodeSettings } from './lifecycle/settings.ts';
import { DEFAULT_LOG_LIMITS, type LogLimits } from './logs/log-file.ts';
import type { LogOptions } from './logs/read.ts';
import { loopbackAddresses } from './names/addresses.ts';
import { NameDirectory } from './names/directory.ts';
import { NodeObject } from './node-object.ts';
import { isTerminal, type Pod, type Service } from './pod-types.ts';
import { PodWorker } from './pod-worker.ts';
import { detectIsolation, type Isolation } from './process/capabilities.ts';
import { ProcessBook } from './process/process-book.ts';
import type { ResourceUse } from './process/usage.ts';
import type { TokenSource } from './volumes/payload.ts';

export interface ProcessNodeOptions {
  readonly client: KubeClient;
  /** @default - the machine's own time and chance */
  readonly environment?: Environment;
  /** The Node object's name. @default 'local' */
  readonly name?: string;
  /** Where pods, logs and volumes live; one node at a time. */
  readonly dataDir: string;
  /** The path of an `images.yaml`, or its content. @default - every image is the machine itself */
  readonly images?: string | ImageMap;
  readonly log?: Logger;
  /** @default - what the machine allows */
  readonly isolation?: Isolation;
  /** What the node offers besides, or instead of, the machine's processors and memory, such as `nvidia.com/gpu`. */
  readonly resources?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly settings?: Partial<NodeSettings>;
  readonly logLimits?: LogLimits;
  /** What pods find in KUBERNETES_SERVICE_HOST and _PORT. @default - neither is set */
  readonly apiServer?: { readonly host: string; readonly port: number };
  /** Makes tokens for the pod's service account. @default - volumes that ask for one are refused */
  readonly token?: (pod: Pod) => TokenSource;
}

/** Names a pod. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

/** A node that runs pods as processes of this machine. */
export interface ProcessNode {
  readonly name: string;
  readonly isolation: Isolation;
  /** Resolves once the Node is registered and the pods are known. */
  readonly ready: Promise<void>;
  /**
   * A container's output; a pod of several containers needs one named.
   * @throws ApiError 404 when the node does not run the pod, 400 when the container did not start yet, as a kubelet says it
   */
  readLogs(pod: PodRef, container?: string, options?: LogOptions): AsyncIterable<Buffer>;
  /** Runs a command beside a container's process. @throws ApiError as `readLogs` does */
  exec(
    pod: PodRef,
    container: string | undefined,
    command: readonly string[],
    streams: ExecStreams,
  ): Promise<ExecResult>;
  /** What each container of a pod uses; empty where the system does not tell. */
  usage(pod: PodRef): ReadonlyMap<string, ResourceUse>;
  /** Ends all processes of all pods: SIGTERM, and SIGKILL after `graceMs` (default 2 s). */
  close(graceMs?: number): Promise<void>;
}

const LEASE_RENEWAL_MS = 10_000;
const STATUS_REPORT_MS = 300_000;
const CLOSE_GRACE_MS = 2000;

/**
 * Starts a node. It runs the pods whose `spec.nodeName` is its name.
 * @throws when another process already runs a node in `dataDir`
 */
export async function startProcessNode(options: ProcessNodeOptions): Promise<ProcessNode> {
  const { client, environment = systemEnvironment, name = 'local', log = silentLogger } = options;
  const dataDir = resolve(options.dataDir);
  await mkdir(join(dataDir, 'pods'), { recursive: true });
  const book = new ProcessBook(dataDir);
  const left = await book.takeOver();
  if (left > 0) log.info('ended what an earlier node left running', { containers: left });
  const isolation = options.isolation ?? (await bestIsolation(log));
  const addresses = await loopbackAddresses(dataDir);
  if (addresses.shared) log.info('this machine has one loopback address: pods share 127.0.0.1 and its ports');
  const capacity = { ...(await machineCapacity(dataDir)), ...options.resources };
  const informers = new Informers({ client, environment, log });
  const pods = informers.request({ kind: POD });
  const services = informers.request({ kind: SERVICE });
  const names = new NameDirectory({
    environment,
    log,
    addresses,
    pods: () => pods.cache.values() as Iterable<Pod>,
    services: () => services.cache.values() as Iterable<Service>,
  });
  const events = new EventRecorder({ client, environment, log, controller: 'armature-node', instance: name });
  const context: NodeContext = {
    nodeName: name,
    client,
    environment,
    log,
    events,
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
    logLimits: options.logLimits ?? DEFAULT_LOG_LIMITS,
    isolation,
    images: new ImageSource(options.images),
    names,
    book,
    dataDir,
    allocatable: capacity,
    ...(options.apiServer && { apiServer: options.apiServer }),
    ...(options.token && { token: options.token }),
  };
  const object = new NodeObject(client, environment, { name, capacity, labels: options.labels ?? {}, isolation });
  return new RunningNode(context, informers, object);
}

class RunningNode implements ProcessNode {
  readonly name: string;
  readonly isolation: Isolation;
  readonly ready: Promise<void>;
  readonly #context: NodeContext;
  readonly #object: NodeObject;
  readonly #workers = new Map<string, PodWorker>();
  readonly #stop = new AbortController();
  readonly #killAll: () => void;
  readonly #running: Promise<unknown>;

  constructor(context: NodeContext, informers: Informers, object: NodeObject) {
    this.name = context.nodeName;
    this.isolation = context.isolation;
    this.#context = context;
    this.#object = object;
    this.#killAll = () => context.book.killAll();
    process.on('exit', this.#killAll);
    informers.request({ kind: POD }).listen((change) => {
      this.#podChanged(change.object as Pod, change.type === 'deleted');
      context.names.changed();
    });
    informers.request({ kind: SERVICE }).listen(() => context.names.changed());
    const { signal } = this.#stop;
    this.ready = this.#begin(informers);
    this.#running = Promise.all([this.ready.then(() => this.#keepAlive()), informers.start(signal)]).catch(() => {});
  }

  readLogs(pod: PodRef, container?: string, options: LogOptions = {}): AsyncIterable<Buffer> {
    return this.#worker(pod).readLogs(container, options);
  }

  exec(pod: PodRef, container: string | undefined, command: readonly string[], streams: ExecStreams) {
    return this.#worker(pod).exec(container, command, streams);
  }

  usage(pod: PodRef): ReadonlyMap<string, ResourceUse> {
    return this.#worker(pod).usage();
  }

  async close(graceMs = CLOSE_GRACE_MS): Promise<void> {
    const { names, events, book } = this.#context;
    this.#stop.abort();
    await Promise.all([...this.#workers.values()].map((worker) => worker.close(graceMs)));
    names.close();
    events.stop();
    process.off('exit', this.#killAll);
    await this.#object.report(false).catch(() => {});
    await this.#running;
    book.close();
  }

  async #begin(informers: Informers): Promise<void> {
    await this.#object.register();
    await informers.waitForSync(this.#stop.signal);
    await this.#sweep(informers);
  }

  /** Folders of pods that ended while no node ran. */
  async #sweep(informers: Informers): Promise<void> {
    const { dataDir } = this.#context;
    const known = new Set([...informers.request({ kind: POD }).cache.values()].map(({ metadata }) => metadata.uid));
    for (const folder of await readdir(join(dataDir, 'pods'))) {
      if (!known.has(folder) && !this.#workers.has(folder))
        await rm(join(dataDir, 'pods', folder), { recursive: true, force: true });
    }
  }

  #podChanged(pod: Pod, deleted: boolean): void {
    const uid = pod.metadata.uid ?? '';
    const known = this.#workers.get(uid);
    if (deleted) known?.gone();
    else if (known) known.update(pod);
    else if (pod.spec.nodeName === this.name && !this.#stop.signal.aborted && !isDone(pod)) {
      this.#workers.set(uid, new PodWorker(this.#context, pod, () => this.#workers.delete(uid)));
    }
  }

  async #keepAlive(): Promise<void> {
    const { environment, log } = this.#context;
    const { signal } = this.#stop;
    let reportedAt = environment.now();
    while (!signal.aborted) {
      await sleep(environment, LEASE_RENEWAL_MS, signal);
      if (signal.aborted) return;
      try {
        await this.#object.renew();
        if (environment.now() - reportedAt < STATUS_REPORT_MS) continue;
        await this.#object.report(true);
        reportedAt = environment.now();
      } catch (error) {
        log.warn('the node could not report', { error: (error as Error).message });
      }
    }
  }

  #worker({ namespace, name }: PodRef): PodWorker {
    for (const worker of this.#workers.values()) {
      const { metadata } = worker.pod;
      if (metadata.name === name && metadata.namespace === namespace) return worker;
    }
    throw new ApiError(
      404,
      'NotFound',
      `pods "${name}" not found in the namespace ${namespace} on the node ${this.name}`,
    );
  }
}

/** Nothing is left to do for it, and no log of it is here. */
const isDone = (pod: Pod): boolean => isTerminal(pod.status?.phase) && !pod.status?.startTime;

async function bestIsolation(log: Logger): Promise<Isolation> {
  const folder = await mkdtemp(join(tmpdir(), 'armature-'));
  try {
    const { isolation, why } = await detectIsolation(folder);
    log.info('how pods get files and names of their own', { isolation, why });
    return isolation;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function machineCapacity(folder: string): Promise<Readonly<Record<string, string>>> {
  const { blocks, bsize } = await statfs(folder);
  return {
    cpu: String(availableParallelism()),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    'ephemeral-storage': `${Math.floor((blocks * bsize) / 1024)}Ki`,
    pods: '250',
  };
}
