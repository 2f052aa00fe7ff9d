import { hostname } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { DEFAULTER_NAME, VALIDATOR_NAME } from '../api/webhook-names.ts';
import { systemEnvironment } from '../runtime/environment.ts';
import { HttpClient } from '../runtime/http-client.ts';
import { loadAccess } from '../runtime/kubeconfig.ts';
import { jsonLogger, type LogLevel } from '../runtime/log.ts';
import { runManager } from '../runtime/manager.ts';
import { Metrics } from '../runtime/metrics.ts';
import { CONTROLLER_NAME, VERSION } from '../runtime/version.ts';
import { trainingJobDomains } from '../training/controller.ts';
import { DISCOVERED } from '../training/gang-discovery.ts';
import { jobSetDomains } from '../training/jobset/controller.ts';
import { PARTIAL_GANG_SECONDS } from '../training/partial-gang.ts';
import { findGangScheduler } from './gang-scheduler.ts';
import type { KeptProgressOptions, Progress } from './progress-server.ts';

interface Flags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly webhookBindAddress: string;
  readonly webhookService: string;
  readonly progressBindAddress: string;
  readonly progressUrl?: string;
  readonly leaderElect: boolean;
  readonly leaderElectionNamespace?: string;
  readonly kubeApiQps: number;
  readonly kubeApiBurst?: number;
  readonly maxConcurrentReconciles: number;
  readonly namespace?: string;
  readonly gangSchedulerName?: string;
  readonly clusterDomain?: string;
  readonly mpiKubectlDeliveryImage?: string;
  readonly partialGangSeconds: number;
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  readonly logLevel: LogLevel;
}

/** The groups of domains that `--only` and `--except` choose from. */
const DOMAINS = { training: trainingJobDomains, jobset: jobSetDomains };
type DomainName = keyof typeof DOMAINS;

/** `armature controller`: runs the controllers, in a cluster or against one. */
export function controllerCommand(): Command {
  return new Command('controller')
    .description('run the controllers, in a cluster or against one')
    .option('--kubeconfig <file>', 'how to reach the cluster (default: KUBECONFIG, else the pod, else ~/.kube/config)')
    .option('--context <name>', "a context of the kubeconfig (default: the file's current one)")
    .option('--metrics-bind-address <address>', 'where /metrics is served; 0 turns it off', ':8080')
    .option('--health-probe-bind-address <address>', 'where /healthz and /readyz are served; 0 turns it off', ':8081')
    .option('--webhook-bind-address <address>', 'where admission is served; 0 turns it off', '0')
    .option('--webhook-service <name>', 'the Service that leads to it, as NAME.NAMESPACE', 'armature-webhook.armature')
    .option('--progress-bind-address <address>', 'where training programs report their progress; 0 turns it off', '0')
    .option('--progress-url <url>', 'how pods reach it, such as https://armature-progress.armature-system.svc:10443')
    .option('--leader-elect', 'hold a Lease, so that one of several replicas works', false)
    .option('--leader-election-namespace <namespace>', "where the Lease is (default: the pod's or context's own)")
    .option('--kube-api-qps <number>', 'requests a second to the apiserver; 0 is no limit', number, 0)
    .option('--kube-api-burst <number>', 'how far the limit may be exceeded for a moment', number)
    .option('--max-concurrent-reconciles <number>', 'objects of one kind worked on at the same time', number, 16)
    .option('--namespace <namespace>', 'watch this namespace only (default: all)')
    .option(
      '--gang-scheduler-name <name>',
      'schedule the pods of a job together: volcano, native, the name of a scheduler with co-scheduling, or auto for what the cluster has at start',
    )
    .option('--cluster-domain <domain>', "the cluster's DNS domain (default: cluster.local)")
    .option(
      '--mpi-kubectl-delivery-image <image>',
      "brings kubectl to the launchers of MPIJobs by exec (default: upstream's)",
    )
    .option(
      '--partial-gang-seconds <number>',
      'how long a part of a job that restarts as a whole may hold nodes while the rest finds none',
      number,
      PARTIAL_GANG_SECONDS,
    )
    .option('--only <domains>', `run these only, separated by commas: ${Object.keys(DOMAINS).join(', ')}`, domainNames)
    .option(
      '--except <domains>',
      'run all but these: jobset where JobSets have a controller of their own in the cluster',
      domainNames,
    )
    .option('--log-level <level>', 'debug, info, warn or error', 'info')
    .action(run);
}

function number(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('it must be a number, zero or more.');
}

function domainNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(name in DOMAINS));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`"${unknown}" is none of ${Object.keys(DOMAINS).join(', ')}.`);
}

/** @throws when pods would not know where to report */
async function progressOf(
  { progressBindAddress: address, progressUrl: url }: Flags,
  context: Pick<KeptProgressOptions, 'client' | 'environment' | 'log'>,
  namespace = 'default',
): Promise<Progress | undefined> {
  if (address === '0') return undefined;
  if (!url) throw new Error('--progress-bind-address needs --progress-url: how pods reach it, as https://NAME:PORT');
  const { keptProgress } = await import('./progress-server.ts');
  return keptProgress({ ...context, address, url, namespace });
}

async function run(flags: Flags): Promise<void> {
  const log = jsonLogger(flags.logLevel);
  const access = await loadAccess({
    ...(flags.kubeconfig && { kubeconfig: flags.kubeconfig }),
    ...(flags.context && { context: flags.context }),
  });
  const metrics = new Metrics();
  const { host } = new URL(access.server);
  const client = new HttpClient({
    access,
    environment: systemEnvironment,
    userAgent: `${CONTROLLER_NAME}/${VERSION}`,
    qps: flags.kubeApiQps,
    ...(flags.kubeApiBurst !== undefined && { burst: flags.kubeApiBurst }),
    onResponse: (method, code) => metrics.requested(method, code, host),
  });
  const chosen = (flags.only ?? Object.keys(DOMAINS)).filter((name) => !flags.except?.includes(name)) as DomainName[];
  const gangScheduler =
    flags.gangSchedulerName === DISCOVERED ? await findGangScheduler(client, log) : flags.gangSchedulerName;
  const progress = await progressOf(flags, { client, environment: systemEnvironment, log }, access.namespace);
  const options = {
    ...(progress && { progress: progress.server }),
    ...(flags.clusterDomain && { clusterDomain: flags.clusterDomain }),
    ...(flags.mpiKubectlDeliveryImage && { kubectlDeliveryImage: flags.mpiKubectlDeliveryImage }),
    partialGangSeconds: flags.partialGangSeconds,
    ...(gangScheduler && { gangScheduler }),
  };
  const leaderElection = {
    namespace: flags.leaderElectionNamespace ?? access.namespace ?? 'default',
    name: CONTROLLER_NAME,
  };
  const webhook = {
    address: flags.webhookBindAddress,
    dnsNames: [`${flags.webhookService}.svc`, 'localhost'],
    configuration: VALIDATOR_NAME,
    mutatingConfiguration: DEFAULTER_NAME,
  };
  const manager = runManager({
    client,
    environment: systemEnvironment,
    domains: chosen.flatMap((name) => DOMAINS[name](options)),
    workers: flags.maxConcurrentReconciles,
    identity: `${hostname()}_${process.pid}`,
    metricsAddress: flags.metricsBindAddress,
    healthAddress: flags.healthProbeBindAddress,
    log,
    metrics,
    ...(progress && { servers: [progress.serve] }),
    ...(flags.namespace && { namespace: flags.namespace }),
    ...(flags.leaderElect && { leaderElection }),
    ...(flags.webhookBindAddress !== '0' && { webhook }),
  });
  const stop = (signal: string) => {
    log.info('stopping', { signal });
    manager.stop().catch(() => {});
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  log.info('starting', { server: access.server, version: VERSION, domains: chosen });
  try {
    await manager.done;
  } finally {
    await client.close();
  }
}
