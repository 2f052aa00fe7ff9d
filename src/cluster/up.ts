/** Brings a cluster up: from nothing, from a crash in the middle, or not at all when it is up. */

import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE, SERVICE_ACCOUNT } from '../api/kinds.ts';
import { conditionOf } from '../api/kube.ts';
import type { KubeClient } from '../runtime/client.ts';
import { type Log, withProgress } from '../runtime/progress.ts';
import { adminClient, ensure } from './admin.ts';
import { type Binaries, ensureBinaries } from './binaries.ts';
import { interruptRunning } from './command.ts';
import {
  apiserverCommand,
  controllerManagerCommand,
  etcdCommand,
  schedulerCommand,
  writeControlPlaneConfig,
} from './control-plane.ts';
import { ensureCredentials } from './credentials.ts';
import { reap, removeCluster } from './down.ts';
import { createFakeNodes, prepareKwok } from './fake-nodes.ts';
import { interruptible } from './interrupt.ts';
import { type ClusterState, networkOf } from './layout.ts';
import { withLock } from './lock.ts';
import {
  type ClusterInfo,
  type ClusterOptions,
  checkApis,
  checkFeatureGates,
  checkName,
  formatNodes,
  type NodePlan,
  parseNodes,
} from './options.ts';
import { ensurePackages } from './packages.ts';
import { type ClusterPaths, checkSocketLength, clusterPaths } from './paths.ts';
import { requirePlatform } from './platform.ts';
import { killNow, livePids, startDaemon } from './process.ts';
import { NODE_COMPONENTS, startKubelet, startRuntime } from './real-node.ts';
import { allocate, readState } from './state.ts';
import { defaultStorageClass, STORAGE_CLASS, volumesCommand } from './volumes.ts';
import { waitFor } from './wait.ts';

/**
 * Makes sure that the cluster runs and is ready: every node Ready, service accounts in place.
 * @throws when it runs with other nodes or tuning, when the machine cannot run it, or when a component fails.
 */
export async function clusterUp(options: ClusterOptions = {}): Promise<ClusterInfo> {
  const log = options.log ?? (() => undefined);
  const name = checkName(options.name ?? 'armature');
  const plan = parseNodes(options.nodes ?? 'real');
  await requirePlatform(plan);
  const paths = clusterPaths(name);
  checkSocketLength(paths);
  const wanted: Wanted = {
    name,
    nodes: formatNodes(plan),
    tuned: options.tuned ?? false,
    featureGates: checkFeatureGates(options.featureGates),
    apis: checkApis(options.apis),
  };
  return withLock(paths.lock, log, () => bringUp(paths, wanted, plan, log));
}

type Wanted = Omit<ClusterState, 'subnet' | 'ports'>;

async function bringUp(paths: ClusterPaths, wanted: Wanted, plan: NodePlan, log: Log): Promise<ClusterInfo> {
  const previous = await readState(paths);
  if (previous && settingsOf(previous) !== settingsOf(wanted)) {
    throw new Error(
      `cluster ${wanted.name} exists with other settings (${settingsOf(previous)}): use those, another --name, or first "armature cluster down --name ${wanted.name}"`,
    );
  }
  if (previous && (await isUp(paths, plan))) return clusterInfo(paths, previous);
  const cleanUp = (signal: NodeJS.Signals) => {
    interruptRunning();
    killNow(paths);
    log(`${signal}: ended what was started of cluster ${wanted.name}; the same command goes on where it stopped`);
  };
  return interruptible(cleanUp, (interrupted) => startAnew(paths, wanted, previous, plan, log, interrupted));
}

/** What cannot be changed once a cluster is there, in words. */
function settingsOf({ nodes, tuned, featureGates = [], apis = [] }: Wanted): string {
  return [`nodes ${nodes}`, ...(tuned ? ['tuned'] : []), ...featureGates, ...apis].join(', ');
}

async function startAnew(
  paths: ClusterPaths,
  wanted: Wanted,
  previous: ClusterState | undefined,
  plan: NodePlan,
  log: Log,
  interrupted: AbortSignal,
): Promise<ClusterInfo> {
  if (plan.real) await ensurePackages(log);
  const programs = await ensureBinaries(log, recipesFor(plan));
  interrupted.throwIfAborted();
  if (previous) await reap(paths, wanted.name);
  else await removeCluster(paths, wanted.name);
  for (const dir of [paths.dir, paths.logs, paths.pids, paths.audit, paths.volumes]) {
    await mkdir(dir, { recursive: true, mode: 0o755 });
  }
  const state = await allocate(paths, wanted, previous, log);
  await ensureCredentials(paths, state);
  interrupted.throwIfAborted();
  try {
    await withProgress(log, `starting cluster ${wanted.name}`, () => start(paths, state, plan, programs));
  } catch (error) {
    await reap(paths, wanted.name);
    interrupted.throwIfAborted();
    throw error;
  }
  return clusterInfo(paths, state);
}

export function clusterInfo(paths: ClusterPaths, state: ClusterState): ClusterInfo {
  return {
    name: state.name,
    kubeconfig: paths.kubeconfig,
    auditLog: paths.auditLog,
    server: `https://127.0.0.1:${state.ports.apiserver}`,
    caFile: join(paths.pki, 'ca.crt'),
    pids: livePids(paths),
    gateway: parseNodes(state.nodes).real ? networkOf(state).host : '',
  };
}

/** Components a cluster with these nodes consists of. */
export function componentsOf(plan: NodePlan): string[] {
  const control = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'volumes'];
  return [...control, ...(plan.fake > 0 ? ['kwok'] : []), ...(plan.real ? NODE_COMPONENTS : [])];
}

function recipesFor(plan: NodePlan): string[] {
  return [
    'etcd',
    'kubernetes',
    'volumes',
    ...(plan.fake > 0 ? ['kwok'] : []),
    ...(plan.real ? ['coredns', 'pause'] : []),
  ];
}

/** Every component lives, the apiserver answers and the nodes are ready. */
async function isUp(paths: ClusterPaths, plan: NodePlan): Promise<boolean> {
  const live = livePids(paths);
  if (!componentsOf(plan).every((name) => live[name] !== undefined)) return false;
  const client = await adminClient(paths.kubeconfig);
  try {
    return await isReady(client, plan);
  } catch {
    return false;
  } finally {
    await client.close();
  }
}

/**
 * etcd that is killed while it writes its first records leaves data that it accepts, and then never elects itself. Such
 * data holds nothing yet, so it is thrown away.
 */
async function prepareData(paths: ClusterPaths): Promise<void> {
  if (existsSync(paths.etcdUnproven)) await rm(paths.etcd, { recursive: true, force: true });
  if (!existsSync(paths.etcd)) await writeFile(paths.etcdUnproven, '');
}

async function start(paths: ClusterPaths, state: ClusterState, plan: NodePlan, programs: Binaries): Promise<void> {
  await writeControlPlaneConfig(paths, state);
  await prepareData(paths);
  startDaemon(paths, 'etcd', etcdCommand(programs, paths, state));
  startDaemon(paths, 'kube-apiserver', apiserverCommand(programs, paths, state));
  const runtime = plan.real ? startRuntime({ paths, state, programs }) : Promise.resolve();
  runtime.catch(() => undefined);
  const kwok = plan.fake > 0 ? await prepareKwok(programs, paths, state) : [];
  const client = await adminClient(paths.kubeconfig);
  try {
    const core = ['kube-apiserver', 'etcd'];
    await waitFor(paths, 'the apiserver', core, async () => (await client.text('/readyz')) === 'ok');
    await rm(paths.etcdUnproven, { force: true });
    startDaemon(paths, 'kube-controller-manager', controllerManagerCommand(programs, paths, state));
    startDaemon(paths, 'kube-scheduler', schedulerCommand(programs, paths, state));
    startDaemon(paths, 'volumes', volumesCommand(programs, paths, state));
    if (plan.fake > 0) startDaemon(paths, 'kwok', kwok);
    await ensure(client, STORAGE_CLASS, defaultStorageClass());
    await runtime;
    if (plan.real) await startKubelet({ paths, state, programs }, client);
    await createFakeNodes(client, plan.fake);
    await waitFor(paths, 'nodes and service accounts', componentsOf(plan), () => isReady(client, plan));
  } finally {
    await client.close();
  }
}

async function isReady(client: KubeClient, plan: NodePlan): Promise<boolean> {
  const { items } = await client.list(NODE, {});
  const ready = items.filter((node) => conditionOf(node, 'Ready')?.status === 'True');
  if (ready.length < plan.fake + (plan.real ? 1 : 0)) return false;
  await client.get(SERVICE_ACCOUNT, { namespace: 'default', name: 'default' });
  return true;
}
