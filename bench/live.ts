import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '../src/api/kube.ts';
import type { ClusterInfo } from '../src/cluster/index.ts';
import type { Api } from '../test/support/api.ts';
import { auditPosition, countedWrites, listCalls, readAudit } from '../test/support/audit-log.ts';
import type { ControllerProcess } from '../test/support/controller-process.ts';
import { eventually } from '../test/support/eventually.ts';
import { sumOf } from '../test/support/metrics.ts';
import { freshNamespace } from '../test/support/namespace.ts';
import { armature } from './armature.ts';
import { log } from './log.ts';
import { usageOf } from './process-usage.ts';
import { eachOf, type Load, workloadOf } from './workload.ts';

/** What a controller needs while jobs live, and how it comes back. */
export interface LiveResult {
  /** Megabytes resident before there was anything to do. */
  readonly restMb: number;
  readonly residentMb: number;
  readonly peakMb: number;
  /** Of memory in use by JavaScript, with all jobs running. */
  readonly heapMb: number;
  /** From the first create until every job said that it runs with all its pods, in seconds. */
  readonly startedWithin: number;
  readonly writesPerJob: number;
  /** From the new process's first moment until its caches were full, in seconds. */
  readonly readyAfter: number;
  /** ... until it had looked at every job and had nothing left to do. */
  readonly steadyAfter: number;
  readonly cpuToSteady: number;
  readonly residentAfterRestartMb: number;
  readonly peakAfterRestartMb: number;
  /** The most of one kind, after the restart. */
  readonly listCallsPerKind: number;
  readonly kindsListed: number;
  readonly writesAfterRestart: number;
}

const PATIENCE_MS = 1_800_000;
const SETTLE_MS = 15_000;
const DAY_SECONDS = 86_400;

/** Brings up the load with our controller, measures it at rest, and starts it anew. */
export async function measureLive(api: Api, cluster: ClusterInfo, load: Load, json: boolean): Promise<void> {
  const { user, launch } = await armature(api);
  const first = await launch();
  const started = await bringUp(api, cluster, first, load, user);
  await first.stop();

  const position = auditPosition(cluster.auditLog);
  const startedAt = Date.now();
  const second = await launch();
  const readyAfter = second.readyAfterMs / 1000;
  await steady(second, load.jobs);
  const steadyAfter = (Date.now() - startedAt) / 1000;
  const { cpuSeconds: cpuToSteady } = usageOf(second.pid);
  await delay(SETTLE_MS);
  const after = usageOf(second.pid);
  await second.stop();
  const requests = (await readAudit(cluster.auditLog, position)).filter((request) => request.user === user);
  const lists = listCalls(requests);

  report(load, json, {
    ...started,
    readyAfter,
    steadyAfter,
    cpuToSteady,
    residentAfterRestartMb: after.residentMb,
    peakAfterRestartMb: after.peakMb,
    listCallsPerKind: Math.max(...Object.values(lists)),
    kindsListed: Object.keys(lists).length,
    writesAfterRestart: countedWrites(requests, user).length,
  });
}

async function bringUp(api: Api, cluster: ClusterInfo, controller: ControllerProcess, load: Load, user: string) {
  await delay(3000);
  const restMb = usageOf(controller.pid).residentMb;
  const namespace = await freshNamespace(api);
  const { kind, make, prepare } = workloadOf(load.kind);
  await prepare?.(api, DAY_SECONDS);
  const position = auditPosition(cluster.auditLog);
  const begun = Date.now();
  await eachOf(load.jobs, (index) => api.create(kind, make(namespace, `live-${index}`, load.pods, DAY_SECONDS)));
  log(`${load.jobs} jobs of ${load.pods} pods submitted within ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  let told = -1;
  await eventually(
    'every job to run with all its pods',
    async () => {
      const running = (await api.list(kind, namespace)).filter((job) => runsWhole(job, load.pods)).length;
      if (running !== told) log(`  ${running} of ${load.jobs} run (${((Date.now() - begun) / 1000).toFixed(0)} s)`);
      told = running;
      return running === load.jobs;
    },
    { timeoutMs: PATIENCE_MS, everyMs: 3000 },
  );
  const startedWithin = (Date.now() - begun) / 1000;
  await delay(SETTLE_MS);
  const usage = usageOf(controller.pid);
  const heapMb = sumOf(await controller.metrics(), 'nodejs_heap_size_used_bytes') / 1e6;
  const writes = countedWrites(await readAudit(cluster.auditLog, position), user).length;
  const { residentMb, peakMb } = usage;
  return { restMb, residentMb, peakMb, heapMb, startedWithin, writesPerJob: writes / load.jobs };
}

/** Every job was looked at, and no key waits or is worked on. */
async function steady(controller: ControllerProcess, jobs: number): Promise<void> {
  await eventually(
    'the controller to be steady',
    async () => {
      const text = await controller.metrics();
      return (
        sumOf(text, 'controller_runtime_reconcile_total') >= jobs &&
        sumOf(text, 'workqueue_depth') === 0 &&
        sumOf(text, 'controller_runtime_active_workers') === 0
      );
    },
    { timeoutMs: 120_000, everyMs: 50 },
  );
}

interface LiveStatus {
  readonly replicaStatuses?: Readonly<Record<string, { readonly active?: number }>>;
  /** A TrainJob's, which counts Jobs; one is ready when its pods are. */
  readonly jobsStatus?: readonly { readonly ready?: number }[];
}

function runsWhole({ status = {} }: KubeObject & { readonly status?: LiveStatus }, pods: number): boolean {
  if (status.jobsStatus) return status.jobsStatus.every(({ ready = 0 }) => ready > 0);
  return Object.values(status.replicaStatuses ?? {}).reduce((sum, { active = 0 }) => sum + active, 0) === pods;
}

/** What is measured, its unit, and its bound. */
const ROWS: readonly (readonly [keyof LiveResult, string, string])[] = [
  ['restMb', 'resident with no jobs, MB', '100'],
  ['residentMb', 'resident with all of them running, MB', '150'],
  ['peakMb', 'most ever resident, MB', ''],
  ['heapMb', "of that, JavaScript's heap in use, MB", ''],
  ['startedWithin', 'until all ran, s (bounded by the cluster)', ''],
  ['writesPerJob', 'writes a job, events and leases apart', ''],
  ['readyAfter', 'restart: caches full after, s', ''],
  ['steadyAfter', 'restart: steady after, s', '5'],
  ['cpuToSteady', 'restart: processor time until steady, s', ''],
  ['residentAfterRestartMb', 'restart: resident, MB', '150'],
  ['peakAfterRestartMb', 'restart: most ever resident, MB', ''],
  ['kindsListed', 'restart: kinds and selections watched', ''],
  ['listCallsPerKind', 'restart: list calls of one kind at most', '3'],
  ['writesAfterRestart', 'restart: writes', '0'],
];

function report(load: Load, json: boolean, result: LiveResult): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ load, result })}\n`);
    return;
  }
  const lines = ROWS.map(([key, what, bound]) => `| ${what} | ${Number(result[key].toFixed(2))} | ${bound} |`);
  const title = `${load.jobs} ${load.kind}s of ${load.pods} pods`;
  process.stdout.write([`| ${title} | | bound |`, '| --- | --- | --- |', ...lines, ''].join('\n'));
}
