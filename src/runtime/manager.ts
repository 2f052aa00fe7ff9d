import type { Server } from 'node:http';
import type { KubeClient } from './client.ts';
import { ControllerLoop } from './controller-loop.ts';
import type { Domain } from './domain.ts';
import { type Environment, sleep } from './environment.ts';
import { EventRecorder } from './events.ts';
import { type Endpoint, serveEndpoints } from './health.ts';
import { Informers } from './informers.ts';
import { LeaderElection } from './leader.ts';
import { type Logger, silentLogger } from './log.ts';
import { Metrics } from './metrics.ts';
import { CONTROLLER_NAME } from './version.ts';
import type { WebhookOptions } from './webhook.ts';

export interface ManagerOptions {
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly domains: readonly Domain[];
  /** Watches this namespace only. @default - all */
  readonly namespace?: string;
  /** Objects of one domain worked on at the same time. @default 16 */
  readonly workers?: number;
  /** How long changes of children gather before one look at their owner, in milliseconds. @default 100 */
  readonly gatherMs?: number;
  /** The longest one reconcile may take, in milliseconds. @default 60000 */
  readonly timeoutMs?: number;
  /** Where to hold the lease; without it this process takes itself for the only one. */
  readonly leaderElection?: { readonly namespace: string; readonly name: string };
  /** Names this process, as leader and as reporter of events. @default - the controller's name */
  readonly identity?: string;
  /** `:8080`; off when absent or `0`. */
  readonly metricsAddress?: string;
  /** `:8081`; off when absent or `0`. */
  readonly healthAddress?: string;
  /** Serves what the domains' `validate` says to the apiserver. @default - no webhook */
  readonly webhook?: Pick<WebhookOptions, 'address' | 'dnsNames' | 'configuration' | 'mutatingConfiguration'>;
  /** Further servers that run as long as this does, on standbys too. */
  readonly servers?: readonly ((signal: AbortSignal) => Promise<Server | undefined>)[];
  readonly log?: Logger;
  readonly metrics?: Metrics;
}

export interface Manager {
  /** Every cache is filled (and, with leader election, this says nothing about who leads). */
  readonly ready: Promise<void>;
  /** Resolves when the manager stopped: by `stop`, or with an error when the lease was lost. */
  readonly done: Promise<void>;
  /** No key waits or is worked on; delayed keys do not count. */
  idle(): boolean;
  /** Takes no more work, waits at most 25 s for what is under way, releases the lease. */
  stop(): Promise<void>;
}

/** Within the 30 s that Kubernetes gives a pod to end, with time left to release the lease. */
const DRAIN_MS = 25_000;
/** Longer than a reflector's own watchdog: beyond it something is stuck that a restart mends. */
const STUCK_MS = 600_000;

/** Runs domains against a cluster until stopped. */
export function runManager(options: ManagerOptions): Manager {
  const { client, environment, domains, log = silentLogger, metrics = new Metrics() } = options;
  const identity = options.identity ?? CONTROLLER_NAME;
  const stopping = new AbortController();
  const informers = new Informers({
    client,
    environment,
    log,
    ...(options.namespace && { namespace: options.namespace }),
  });
  const events = new EventRecorder({
    client,
    environment,
    log,
    controller: CONTROLLER_NAME,
    instance: identity,
    onDrop: (reason) => metrics.eventDropped(reason),
  });
  const { workers, gatherMs, timeoutMs } = options;
  const loops = domains.map(
    (domain) =>
      new ControllerLoop({
        domain,
        client,
        environment,
        informers,
        events,
        metrics,
        log,
        fieldManager: CONTROLLER_NAME,
        ...(workers !== undefined && { workers }),
        ...(gatherMs !== undefined && { gatherMs }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      }),
  );
  metrics.showSizes(() => informers.sizes());
  const leader =
    options.leaderElection && new LeaderElection({ client, environment, log, identity, ...options.leaderElection });

  const servers = serve(options, informers, metrics, stopping.signal);
  const watching = informers.start(stopping.signal);
  const ready = servers.then(() => informers.waitForSync(stopping.signal));
  const done = run();
  done.catch(() => {});

  async function run(): Promise<void> {
    await ready;
    await leader?.acquire(stopping.signal);
    if (leader) metrics.leading(options.leaderElection?.name ?? '', leader.leads);
    if (!stopping.signal.aborted) {
      for (const loop of loops) loop.start();
      log.info('working', { controllers: domains.map(({ kind }) => kind.kind), identity });
    }
    const held = leader ? await leader.hold(stopping.signal) : await aborted(stopping.signal);
    // A leader that lost its lease must not finish what it began: another one may be at it.
    if (!held) stopping.abort();
    const drained = Promise.all(loops.map((loop) => loop.stop()));
    const patience = new AbortController();
    if (held) await Promise.race([drained, sleep(environment, DRAIN_MS, patience.signal)]);
    patience.abort();
    events.stop();
    await leader?.release();
    for (const server of await servers) server.close();
    for (const server of await servers) server.closeAllConnections();
    await watching;
    if (!held) throw new Error('the lease was lost to another process; exiting so that only one writes');
  }

  return {
    ready,
    done,
    idle: () => loops.every((loop) => loop.idle),
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}

function aborted(signal: AbortSignal): Promise<true> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(true);
    else signal.addEventListener('abort', () => resolve(true), { once: true });
  });
}

async function serve(
  options: ManagerOptions,
  informers: Informers,
  metrics: Metrics,
  signal: AbortSignal,
): Promise<Server[]> {
  const check =
    (problem: string, kinds: () => readonly string[]): Endpoint =>
    () => {
      const bad = kinds();
      return { ok: bad.length === 0, body: bad.length === 0 ? 'ok\n' : `${problem}: ${bad.join(', ')}\n` };
    };
  const health = await serveEndpoints(options.healthAddress ?? '0', {
    '/healthz': check('nothing heard of', () => informers.silent(STUCK_MS)),
    '/readyz': check('still listing', () => informers.unsynced()),
  });
  const exposition = await serveEndpoints(options.metricsAddress ?? '0', {
    '/metrics': () => ({ ok: true, body: metrics.registry.text(), contentType: 'text/plain; version=0.0.4' }),
  });
  const { client, environment, domains, webhook, log = silentLogger } = options;
  const admission =
    webhook &&
    (await import('./webhook.ts').then(({ serveWebhook }) =>
      serveWebhook({ client, environment, domains, log, ...webhook }, signal),
    ));
  const others = await Promise.all((options.servers ?? []).map((start) => start(signal)));
  return [health, exposition, admission, ...others].filter((server) => server !== undefined);
}
