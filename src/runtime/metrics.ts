import type { KubeObject } from '../api/kube.ts';
import type { CounterSpec, Domain, PlannedCount } from './domain.ts';
import type { QueueObserver } from './queue.ts';
import { Registry, type Values } from './registry.ts';

export type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

const RECONCILE_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const QUEUE_BUCKETS = [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10];

/** Objects of one kind beyond this are not shown one by one: a scrape stays small. */
const MOST_SAMPLED = 1000;

/** Everything the controller counts, under the names that controller-runtime's dashboards expect. */
export class Metrics {
  readonly registry = new Registry();
  readonly #reconciles = this.registry.counter('controller_runtime_reconcile_total', 'Reconciliations by result.');
  readonly #errors = this.registry.counter('controller_runtime_reconcile_errors_total', 'Reconciliations that failed.');
  readonly #terminal = this.registry.counter(
    'controller_runtime_terminal_reconcile_errors_total',
    'Reconciliations that failed in a way that waiting does not mend.',
  );
  readonly #panics = this.registry.counter('controller_runtime_reconcile_panics_total', 'Plans that threw.');
  readonly #active = this.registry.gauge('controller_runtime_active_workers', 'Reconciliations under way.');
  readonly #seconds = this.registry.histogram(
    'controller_runtime_reconcile_time_seconds',
    'Time of one reconciliation.',
    RECONCILE_BUCKETS,
  );
  readonly #requests = this.registry.counter('rest_client_requests_total', 'Requests to the apiserver.');
  readonly #adds = this.registry.counter('workqueue_adds_total', 'Keys added.');
  readonly #retries = this.registry.counter('workqueue_retries_total', 'Keys added again after a failure.');
  readonly #depth = this.registry.gauge('workqueue_depth', 'Keys waiting.');
  readonly #waited = this.registry.histogram('workqueue_queue_duration_seconds', 'Wait before work.', QUEUE_BUCKETS);
  readonly #worked = this.registry.histogram('workqueue_work_duration_seconds', 'Time of work.', QUEUE_BUCKETS);
  readonly #leader = this.registry.gauge('leader_election_master_status', '1 while this process leads.');
  readonly #cached = this.registry.gauge('armature_cached_objects', 'Objects held, by kind.');
  readonly #eventsDropped = this.registry.counter('armature_events_dropped_total', 'Events not sent, by reason.');
  readonly #domain = new Map<string, Values>();
  readonly #sampled = new Set<Values>();
  readonly #samplers: (() => void)[] = [];

  constructor() {
    const cpu = this.registry.counter('process_cpu_seconds_total', 'Processor time used.');
    const resident = this.registry.gauge('process_resident_memory_bytes', 'Resident memory.');
    const heap = this.registry.gauge('nodejs_heap_size_used_bytes', 'Heap in use.');
    const started = this.registry.gauge('process_start_time_seconds', 'When the process started.');
    started.set({}, Date.now() / 1000 - process.uptime());
    this.registry.collect(() => {
      for (const gauge of this.#sampled) gauge.clear();
      for (const sampler of this.#samplers) sampler();
    });
    this.registry.collect(() => {
      const { user, system } = process.cpuUsage();
      cpu.set({}, (user + system) / 1e6);
      const memory = process.memoryUsage();
      resident.set({}, memory.rss);
      heap.set({}, memory.heapUsed);
    });
  }

  declare(counters: readonly CounterSpec[]): void {
    for (const { name, help } of counters) {
      if (!this.#domain.has(name)) this.#domain.set(name, this.registry.counter(name, help));
    }
  }

  count(planned: PlannedCount): void {
    this.#domain.get(planned.counter)?.add(planned.labels, planned.by ?? 1);
  }

  /** Shows what a domain's objects say of themselves, those of the first thousand that say anything. */
  sample({ gauges = [], samples }: Pick<Domain, 'gauges' | 'samples'>, objects: () => Iterable<KubeObject>): void {
    if (!samples) return;
    const values = new Map(
      gauges.map(({ name, help }) => {
        const known = this.#domain.get(name) ?? this.registry.gauge(name, help);
        this.#domain.set(name, known);
        return [name, known] as const;
      }),
    );
    this.#samplers.push(() => {
      let shown = 0;
      for (const object of objects()) {
        const said = samples(object);
        if (said.length > 0 && ++shown > MOST_SAMPLED) return;
        for (const { gauge, labels, value } of said) values.get(gauge)?.set(labels, value);
      }
    });
    for (const gauge of values.values()) this.#sampled.add(gauge);
  }

  reconciled(controller: string, result: ReconcileResult, seconds: number): void {
    this.#reconciles.add({ controller, result });
    this.#errors.add({ controller }, result === 'error' ? 1 : 0);
    this.#seconds.observe({ controller }, seconds);
  }

  terminalError(controller: string): void {
    this.#terminal.add({ controller });
  }

  panicked(controller: string): void {
    this.#panics.add({ controller });
  }

  working(controller: string, by: 1 | -1): void {
    this.#active.add({ controller }, by);
  }

  requested(method: string, code: string, host: string): void {
    this.#requests.add({ code, host, method });
  }

  leading(name: string, leads: boolean): void {
    this.#leader.set({ name }, leads ? 1 : 0);
  }

  eventDropped(reason: string): void {
    this.#eventsDropped.add({ reason });
  }

  /** Shows the sizes of the caches. */
  showSizes(sizes: () => ReadonlyMap<string, number>): void {
    this.registry.collect(() => {
      for (const [kind, size] of sizes()) this.#cached.set({ kind }, size);
    });
  }

  queue(name: string): QueueObserver {
    const labels = { controller: name, name };
    return {
      added: () => this.#adds.add(labels),
      retried: () => this.#retries.add(labels),
      depth: (waiting) => this.#depth.set(labels, waiting),
      waited: (seconds) => this.#waited.observe(labels, seconds),
      worked: (seconds) => this.#worked.observe(labels, seconds),
    };
  }
}
