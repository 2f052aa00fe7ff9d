import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { startEmbeddedCluster } from '../embedded/cluster.ts';
import { podScheduler } from '../embedded/controllers/scheduler.ts';
import { type FrontOptions, type HttpFront, serveFront } from '../embedded/http/front.ts';
import { Identities } from '../embedded/http/identities.ts';
import { issueToken } from '../embedded/http/token-request.ts';
import { SqliteJournal } from '../embedded/journal.ts';
import { type ImageMap, parseImageMap } from '../embedded/node/images/image-map.ts';
import { type ProcessNode, type ProcessNodeOptions, startProcessNode } from '../embedded/node/process-node.ts';
import { Store } from '../embedded/store.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemEnvironment } from '../runtime/environment.ts';
import { type Logger, silentLogger } from '../runtime/log.ts';
import { CONTROLLER_NAME, VERSION } from '../runtime/version.ts';
import { runEmbeddedControllers } from './embedded-controllers.ts';
import { credentialsIn, portIn, writeKubeconfig } from './embedded-credentials.ts';
import { installPlatform } from './embedded-install.ts';

export interface EmbeddedPlatformOptions {
  /** Where objects, logs and volumes are kept. @default - a temporary folder, removed at the end */
  readonly dataDir?: string;
  /** @default - the one of the last time in this data folder, else one that is free */
  readonly port?: number;
  /** The file to write. @default - `kubeconfig` in the data folder */
  readonly kubeconfig?: string;
  /** How images run on this machine: the path of an `images.yaml`, or its content. @default - each is the machine */
  readonly images?: string | ImageMap;
  /** Whether the controllers run in this process. @default true */
  readonly controller?: boolean;
  /** What the node offers besides, or instead of, the machine's own, such as `nvidia.com/gpu`. */
  readonly resources?: Readonly<Record<string, string>>;
  readonly log?: Logger;
}

/** The platform in this process: API, scheduler, one node whose pods are processes, and the controllers. */
export interface EmbeddedPlatform {
  /** The path of the file with the way in. */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  readonly dataDir: string;
  /** A client within this process. */
  readonly client: KubeClient;
  /** The output of a pod's container, the first where none is named. */
  readonly readLogs: ProcessNode['readLogs'];
  readonly exec: ProcessNode['exec'];
  /** Ends everything, the pods' processes included; calling it again waits for the same end. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const NODE_NAME = 'local';

/**
 * Starts the platform embedded in this process.
 * @throws Error when another process uses the data folder, or the port is taken
 */
export async function startEmbeddedPlatform(options: EmbeddedPlatformOptions = {}): Promise<EmbeddedPlatform> {
  const { log = silentLogger } = options;
  const dataDir = resolve(options.dataDir ?? (await mkdtemp(join(tmpdir(), 'armature-'))));
  const ends: (() => unknown)[] = [];
  const end = async () => {
    for (const task of ends.splice(0).reverse()) {
      await Promise.resolve(task()).catch((error: Error) => log.warn('could not end', { error: error.message }));
    }
  };
  if (options.dataDir === undefined) ends.push(() => rm(dataDir, { recursive: true, force: true }));
  try {
    return await start(options, dataDir, log, ends, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function start(
  options: EmbeddedPlatformOptions,
  dataDir: string,
  log: Logger,
  ends: (() => unknown)[],
  end: () => Promise<void>,
): Promise<EmbeddedPlatform> {
  const environment = systemEnvironment;
  if (typeof options.images === 'string') await checkImages(options.images);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const journal = new SqliteJournal(join(dataDir, 'objects.sqlite'));
  ends.push(() => journal.close());
  const store = new Store({ journal });
  const restored = journal.restoreInto(store);
  if (restored > 0) log.info('restored', { objects: restored, revision: store.revision });

  const cluster = startEmbeddedCluster({ environment, store, controllers: [podScheduler] });
  ends.push(() => cluster.stop());
  const client = cluster.client(`armature/${VERSION}`);
  await installPlatform(cluster, client);

  const credentials = await credentialsIn(dataDir, HOST, environment.now());
  const identities = new Identities();
  identities.add(credentials.token, { username: 'owner', groups: ['system:masters', 'system:authenticated'] });
  let node: ProcessNode | undefined;
  const pods = podsOf(() => node);
  const kubeconfig = resolve(options.kubeconfig ?? join(dataDir, 'kubeconfig'));
  const frontOptions = {
    server: cluster.server,
    identities,
    certificate: credentials,
    host: HOST,
    environment,
    log,
    pods,
    commit: () => journal.commit(),
  };
  const front = await serveAt(frontOptions, options.port, await portIn(kubeconfig));
  ends.push(() => front.close());

  node = await startProcessNode({
    client: cluster.client('armature-node'),
    environment,
    name: NODE_NAME,
    dataDir: join(dataDir, 'node'),
    log,
    apiServer: { host: front.host, port: front.port },
    token: tokensOf({ environment, identities }),
    ...(options.images !== undefined && { images: options.images }),
    ...(options.resources && { resources: options.resources }),
  });
  ends.push(() => node?.close());
  await node.ready;

  if (options.controller !== false) {
    const controllers = cluster.client(`${CONTROLLER_NAME}/${VERSION}`);
    await runEmbeddedControllers({ client: controllers, server: front.url, credentials, log, ends });
  }
  await writeKubeconfig(kubeconfig, front.url, credentials);
  let ended: Promise<void> | undefined;
  return {
    kubeconfig,
    server: front.url,
    dataDir,
    client,
    readLogs: pods.readLogs,
    exec: pods.exec,
    stop: () => {
      ended ??= end();
      return ended;
    },
  };
}

/** What is asked of a node that may not run yet. */
function podsOf(node: () => ProcessNode | undefined): Pick<ProcessNode, 'readLogs' | 'exec' | 'usage'> {
  const running = (): ProcessNode => {
    const found = node();
    if (!found) throw new Error('the node is not running yet');
    return found;
  };
  return {
    readLogs: (...args) => running().readLogs(...args),
    exec: (...args) => running().exec(...args),
    usage: (...args) => running().usage(...args),
  };
}

/** The tokens of pods, each of the pod's own service account. */
const tokensOf =
  (issuer: Parameters<typeof issueToken>[0]): ProcessNodeOptions['token'] =>
  (pod) =>
  async (audience, seconds) => {
    const { namespace = 'default', name: podName = '', uid } = pod.metadata;
    const { serviceAccountName: name = 'default' } = pod.spec as { readonly serviceAccountName?: string };
    const account = { namespace, name, pod: { name: podName, ...(uid && { uid }) } };
    return issueToken(issuer, account, seconds, audience ? [audience] : []).token;
  };

/** Where it is asked for; else where it was before, so that open terminals find it again; else anywhere. */
async function serveAt(
  options: FrontOptions,
  port: number | undefined,
  before: number | undefined,
): Promise<HttpFront> {
  if (port !== undefined || before === undefined)
    return serveFront({ ...options, ...(port !== undefined && { port }) });
  return serveFront({ ...options, port: before }).catch(() => serveFront(options));
}

/** @throws Error when the file is not there, or does not have the documented form */
async function checkImages(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`the image map ${file} cannot be read (${error.code}): give the path of an images.yaml`);
  });
  parseImageMap(parse(text), file);
}
