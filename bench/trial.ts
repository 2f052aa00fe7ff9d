import { setTimeout as delay } from 'node:timers/promises';
import { NAMESPACE, POD } from '../src/api/kinds.ts';
import type { Kind, KubeObject } from '../src/api/kube.ts';
import type { ClusterInfo } from '../src/cluster/index.ts';
import { systemEnvironment } from '../src/runtime/environment.ts';
import { HttpClient } from '../src/runtime/http-client.ts';
import { loadAccess } from '../src/runtime/kubeconfig.ts';
import type { Api } from '../test/support/api.ts';
import { type AuditedRequest, auditPosition, readAudit, tally } from '../test/support/audit-log.ts';
import { eventually } from '../test/support/eventually.ts';
import { freshNamespace } from '../test/support/namespace.ts';
import type { Runner } from '../test/support/peers/peer-process.ts';
import type { Contestant } from './contestant.ts';
import { busySeconds, type Usage, usageOf } from './process-usage.ts';
import { eachOf, type Load, workloadOf } from './workload.ts';

export interface TrialResult {
  readonly contestant: string;
  /** From the first create to the last job's success as an outside watcher sees it, in seconds. */
  readonly makespan: number;
  /** The contestant's, in seconds of processor time. */
  readonly cpu: number;
  readonly residentMb: number;
  readonly peakMb: number;
  /** The contestant's requests for each job. */
  readonly requestsPerJob: number;
  readonly writesPerJob: number;
  readonly requests: Readonly<Record<string, number>>;
  /** Processor time of the whole machine, in seconds. */
  readonly machineCpu: number;
  /** Processor time of each component of the cluster, in seconds. */
  readonly clusterCpu: Readonly<Record<string, number>>;
  readonly apiserverCpu: number;
  /** From the first create until the last pod was asked for, in seconds. */
  readonly podsAskedFor: number;
  /** Watches of pods opened during the run, whosever they are: more than a few tell of watchers that were dropped. */
  readonly watchesOpened: number;
  /** Everybody's requests during the run, leases apart, for each job. */
  readonly clusterRequestsPerJob: number;
}

/** Of the pods that decide. */
export const LIFE_SECONDS = 1;

/** One contestant, started for this, takes one load from submission to the end. */
export async function trial(api: Api, cluster: ClusterInfo, contestant: Contestant, load: Load): Promise<TrialResult> {
  const runners = await contestant.start();
  try {
    await runLoad(api, cluster, { ...load, jobs: 1 });
    const before = usageOfAll(runners);
    const machine = busySeconds();
    const components = componentCpu(cluster);
    const startedAt = Date.now();
    const position = auditPosition(cluster.auditLog);
    const makespan = await runLoad(api, cluster, load);
    await delay(1500);
    const after = usageOfAll(runners);
    const machineCpu = busySeconds() - machine;
    const clusterCpu = Object.fromEntries(
      Object.entries(componentCpu(cluster)).map(([name, cpu]) => [name, cpu - (components[name] ?? 0)]),
    );
    const everybodys = await readAudit(cluster.auditLog, position);
    const requests = everybodys.filter(({ user }) => contestant.users.includes(user));
    const writes = requests.filter(
      ({ verb, resource }) => !['get', 'list', 'watch'].includes(verb) && resource !== 'leases',
    );
    return {
      contestant: contestant.name,
      makespan,
      cpu: after.cpuSeconds - before.cpuSeconds,
      residentMb: after.residentMb,
      peakMb: after.peakMb,
      requestsPerJob: requests.length / load.jobs,
      writesPerJob: writes.length / load.jobs,
      requests: tally(requests),
      machineCpu,
      clusterCpu,
      apiserverCpu: clusterCpu['kube-apiserver'] ?? 0,
      podsAskedFor: (lastPodCreated(everybodys) - startedAt) / 1000,
      watchesOpened: everybodys.filter(({ verb, resource }) => verb === 'watch' && resource === 'pods').length,
      clusterRequestsPerJob: everybodys.filter(({ resource }) => resource !== 'leases').length / load.jobs,
    };
  } finally {
    for (const runner of runners) await runner.stop();
    await cleanUp(api);
  }
}

function usageOfAll(runners: readonly Runner[]): Usage {
  const each = runners.map(({ pid }) => usageOf(pid));
  const sum = (measure: keyof Usage) => each.reduce((total, usage) => total + usage[measure], 0);
  return { cpuSeconds: sum('cpuSeconds'), residentMb: sum('residentMb'), peakMb: sum('peakMb') };
}

function componentCpu({ pids }: ClusterInfo): Record<string, number> {
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, usageOf(pid).cpuSeconds]));
}

/** When the last pod's creation was received, in milliseconds since the epoch. */
function lastPodCreated(requests: readonly AuditedRequest[]): number {
  const pods = requests.filter(({ verb, resource }) => verb === 'create' && resource === 'pods');
  return Math.max(...pods.map(({ receivedAt }) => receivedAt));
}

/** Submits the load and waits for all of it. @returns seconds */
async function runLoad(api: Api, cluster: ClusterInfo, load: Load): Promise<number> {
  const namespace = await freshNamespace(api);
  const watching = new AbortController();
  const { kind, make } = workloadOf(load.kind);
  const finished = allSucceeded(cluster, kind, namespace, load.jobs, watching.signal);
  finished.catch(() => {}); // It may fail while jobs are still being submitted; it is awaited below.
  const started = performance.now();
  await eachOf(load.jobs, (index) => api.create(kind, make(namespace, `bench-${index}`, load.pods, LIFE_SECONDS)));
  const ended = await finished;
  watching.abort();
  return (ended - started) / 1000;
}

/** Resolves to the moment when the watcher saw the last job succeed. A busy apiserver drops watchers: it watches again. */
async function allSucceeded(
  cluster: ClusterInfo,
  kind: Kind,
  namespace: string,
  jobs: number,
  signal: AbortSignal,
): Promise<number> {
  const access = await loadAccess({ kubeconfig: cluster.kubeconfig });
  const client = new HttpClient({ access, environment: systemEnvironment, userAgent: 'armature-bench' });
  let { resourceVersion } = await client.list(kind, { namespace });
  const succeeded = new Set<string>();
  try {
    while (!signal.aborted) {
      const watch = client.watch(kind, { namespace, resourceVersion, timeoutSeconds: 1800, signal });
      for await (const { object } of watch) {
        resourceVersion = object.metadata.resourceVersion ?? resourceVersion;
        if (hasSucceeded(object)) succeeded.add(object.metadata.name ?? '');
        if (succeeded.size === jobs) return performance.now();
      }
    }
  } finally {
    await client.close();
  }
  throw new Error(`the watch ended with ${succeeded.size} of ${jobs} jobs succeeded`);
}

function hasSucceeded(job: KubeObject): boolean {
  const { conditions = [] } = (job.status ?? {}) as { conditions?: { type: string; status: string }[] };
  const isTrue = (wanted: string) => conditions.some(({ type, status }) => type === wanted && status === 'True');
  if (isTrue('Failed')) throw new Error(`${job.metadata.name} failed: ${JSON.stringify(conditions)}`);
  return isTrue('Succeeded') || isTrue('Complete');
}

/** Removes what the load left, so that the next contestant finds the same cluster. */
async function cleanUp(api: Api): Promise<void> {
  const namespaces = (await api.list(NAMESPACE)).filter(({ metadata }) => metadata.name?.startsWith('t-'));
  for (const { metadata } of namespaces) await api.delete(NAMESPACE, undefined, metadata.name ?? '');
  const patience = { timeoutMs: 300_000 };
  await eventually('the pods of the load to be gone', async () => (await api.list(POD)).length === 0, patience);
  const left = async () => (await api.list(NAMESPACE)).some(({ metadata }) => metadata.name?.startsWith('t-'));
  await eventually('the namespaces of the load to be gone', async () => !(await left()), patience);
}
