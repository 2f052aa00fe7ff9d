import { JOB } from '../../api/kinds.ts';
import type { Domain } from '../../runtime/domain.ts';
import type { ApiServer } from '../api-server.ts';
import { startEmbeddedCluster } from '../cluster.ts';
import { podScheduler } from '../controllers/scheduler.ts';
import type { Resource } from '../resource.ts';
import { resourceId } from '../resource.ts';
import { type Change, Store } from '../store.ts';
import { Controllers, type PlantedBug } from './controllers.ts';
import { type FaultRates, NO_FAULTS } from './faulty-client.ts';
import { Invariants, InvariantViolation } from './invariants.ts';
import { Kubelets } from './kubelets.ts';
import { liveness } from './liveness.ts';
import { Random } from './random.ts';
import { ProcessEnvironment, VirtualTime } from './virtual-time.ts';
import { type JobShape, Users } from './workload.ts';

/** Faults that a history may be played without, to see which of them it takes. */
export const FAULTS = [
  'crash',
  'freeze',
  'skew',
  'nodes',
  'refused',
  'ambiguous',
  'dropped',
  'expired',
  'delayed',
  'stale',
  'exits',
  'leaders',
] as const;
export type Fault = (typeof FAULTS)[number];

/** What is simulated; the same for all histories. */
export interface Subject {
  readonly domains: () => readonly Domain[];
  readonly resources: readonly Resource[];
  readonly shapes: readonly JobShape[];
  /** What is there before anybody does anything. @default - nothing */
  readonly setUp?: (server: ApiServer) => void;
  /** What else no history may show; a new one for each. Throws {@link InvariantViolation}. @default - nothing */
  readonly invariant?: () => (change: Change) => void;
}

export interface HistoryOptions {
  readonly seed: number;
  /** Things that users or fate do before everything is left in peace. */
  readonly steps: number;
  readonly without?: readonly Fault[];
  readonly bug?: PlantedBug;
  /** Told of everything that happens. */
  readonly log?: (line: string) => void;
}

export interface HistoryResult {
  readonly seed: number;
  readonly steps: number;
  /** Changes of the store. */
  readonly events: number;
  /** Milliseconds of simulated time. */
  readonly simulatedMs: number;
  /** What went wrong, and after how many steps. */
  readonly failure?: { readonly message: string; readonly step: number };
}

const START = Date.UTC(2026, 0, 1);
const NODES = ['node-1', 'node-2', 'node-3'];
const RATES: FaultRates = { refused: 0.04, ambiguous: 0.03, dropped: 0.01, expired: 0.005, delayed: 0.06, stale: 0.15 };

/** Plays one history: chaos for a number of steps, then peace, in which everything has to come right. */
export async function playHistory(subject: Subject, options: HistoryOptions): Promise<HistoryResult> {
  return new History(subject, options).play();
}

class History {
  readonly #options: HistoryOptions;
  readonly #time = new VirtualTime(START);
  readonly #chaos: Random;
  readonly #store = new Store();
  readonly #users: Users;
  readonly #controllers: Controllers;
  readonly #kubelets: Kubelets;
  readonly #subject: Subject;
  #rates: FaultRates;
  #peace = false;
  #step = 0;
  #events = 0;
  #violation: Error | undefined;

  constructor(subject: Subject, options: HistoryOptions) {
    this.#options = options;
    this.#subject = subject;
    const root = new Random(options.seed);
    this.#chaos = root.fork();
    const without = new Set<string>(options.without);
    this.#rates = Object.fromEntries(
      Object.entries(RATES).map(([name, rate]) => [name, without.has(name) ? 0 : rate]),
    ) as unknown as FaultRates;
    const clusterEnvironment = new ProcessEnvironment(this.#time, root.fork());
    const { server } = startEmbeddedCluster({
      environment: clusterEnvironment,
      store: this.#store,
      managedFields: false,
      controllers: [podScheduler],
    });
    for (const resource of subject.resources) server.serve(resource);
    subject.setUp?.(server);
    this.#watchEverything();
    const fates = root.fork();
    this.#kubelets = new Kubelets({
      server,
      environment: new ProcessEnvironment(this.#time, root.fork()),
      random: root.fork(),
      nodes: NODES,
      fate: ({ spec }) => {
        const startMs = fates.between(50, 3000);
        const rests = this.#peace && isEndless(spec);
        const runMs = rests ? Number.POSITIVE_INFINITY : fates.between(200, this.#peace ? 5000 : 60_000);
        const exitCode =
          this.#peace || without.has('exits') || fates.chance(0.6)
            ? 0
            : fates.pick([1, 2, 127, 128, 130, 137, 139, 143]);
        return { startMs, runMs: exitCode === 0 && isServer(spec) ? Number.POSITIVE_INFINITY : runMs, exitCode };
      },
    });
    this.#users = new Users(server, root.fork(), subject.shapes);
    this.#controllers = new Controllers({
      server,
      time: this.#time,
      random: root.fork(),
      domains: subject.domains(),
      rates: () => (this.#peace ? NO_FAULTS : this.#rates),
      ...(options.bug && { bug: options.bug }),
      ...(options.log && { log: (line) => options.log?.(`${this.#clock()} ${line}`) }),
      onWrite: ({ identity, verb, kind, name }) =>
        options.log?.(`${this.#clock()} ${identity} ${verb} ${kind.plural} ${name}`),
    });
  }

  async play(): Promise<HistoryResult> {
    const { seed, steps } = this.#options;
    const result = () => ({ seed, steps, events: this.#events, simulatedMs: this.#time.now - START });
    try {
      this.#controllers.start();
      if (!this.#options.without?.includes('leaders') && this.#chaos.chance(0.5)) this.#controllers.start();
      for (this.#step = 1; this.#step <= steps; this.#step++) {
        this.#act();
        await this.#run(this.#pause());
      }
      await this.#settle();
      return result();
    } catch (error) {
      const failure = { message: (error as Error).message, step: Math.min(this.#step, steps) };
      if (!(error instanceof InvariantViolation)) failure.message = (error as Error).stack ?? failure.message;
      return { ...result(), failure };
    }
  }

  /** Mostly moments, now and then minutes. */
  #pause(): number {
    const draw = this.#chaos.next();
    if (draw < 0.6) return this.#chaos.between(0, 200);
    if (draw < 0.95) return this.#chaos.between(200, 8000);
    return this.#chaos.between(10_000, 120_000);
  }

  #act(): void {
    const draw = this.#chaos.next();
    const may = (fault: Fault) => !this.#options.without?.includes(fault);
    const done =
      draw < 0.72
        ? this.#users.act()
        : draw < 0.84
          ? may('crash') && this.#crash()
          : draw < 0.88
            ? may('freeze') && this.#controllers.freeze(this.#chaos.between(1000, 40_000))
            : draw < 0.92
              ? may('skew') && this.#controllers.skew(this.#chaos.between(-20_000, 20_000))
              : may('nodes') && this.#loseOrFindNode();
    if (done) this.#options.log?.(`${this.#clock()} #${this.#step} ${done}`);
  }

  #crash(): string {
    const said = this.#controllers.crash();
    this.#time.after(this.#chaos.between(0, 5000), () => this.#controllers.start());
    return said;
  }

  #loseOrFindNode(): string {
    const node = this.#chaos.pick(NODES);
    if (this.#kubelets.dead.has(node)) {
      this.#kubelets.recover(node);
      return `${node} is back`;
    }
    this.#kubelets.fail(node);
    return `${node} is lost`;
  }

  async #run(forMs: number): Promise<void> {
    const until = this.#time.now + forMs;
    while (await this.#time.step(until)) if (this.#violation) throw this.#violation;
    await this.#time.runUntil(until);
  }

  /** Faults stop; what is asked must come true, and then nothing may be written any more. */
  async #settle(): Promise<void> {
    this.#peace = true;
    this.#options.log?.(`${this.#clock()} peace`);
    for (const node of NODES) this.#kubelets.recover(node);
    this.#users.makePeace();
    this.#controllers.makePeace();
    if (this.#controllers.count === 0) this.#controllers.start();
    // A pod that is started again for ever may still use up its job's retries, and the job then ends after all.
    for (let round = 1; ; round++) {
      await this.#comeTrue();
      await this.#run(SETTLE_MS);
      const before = this.#quietWrites;
      await this.#run(QUIET_MS);
      const written = this.#quietWrites - before;
      if (written === 0) return;
      if (round < MOST_ROUNDS) continue;
      throw new InvariantViolation(`${written} writes when nothing was left to do, the last of ${this.#lastWritten}`);
    }
  }

  /** Gives everything time to come true, as long as it does not. */
  async #comeTrue(): Promise<void> {
    const tables = this.#subject.shapes.map(({ kind }) => resourceId(kind));
    for (let waited = CHECK_MS; ; waited += CHECK_MS) {
      await this.#run(CHECK_MS);
      try {
        liveness(this.#store, tables);
        return;
      } catch (error) {
        if (waited >= PATIENCE_MS) throw error;
      }
    }
  }

  #quietWrites = 0;
  #lastWritten = '';

  #watchEverything(): void {
    const jobs = new Set([JOB, ...this.#subject.shapes.map(({ kind }) => kind)].map(resourceId));
    const further = this.#subject.invariant?.();
    const invariants = new Invariants((table) => jobs.has(table));
    this.#store.subscribeAll((change) => {
      this.#events++;
      if (!change.table.endsWith('/leases')) {
        this.#quietWrites++;
        this.#lastWritten = `${change.table} ${change.key}`;
      }
      this.#options.log?.(`${this.#clock()} ${change.type} ${change.table} ${change.key} @${change.revision}`);
      try {
        further?.(change);
        invariants.check(change, !this.#twoWriters());
      } catch (error) {
        this.#violation ??= error as Error;
      }
    });
  }

  /** After a freeze or a jump of a clock two replicas may both believe that they lead, for a moment. */
  #twoWriters(): boolean {
    return this.#controllers?.inDoubt ?? false;
  }

  #clock(): string {
    return `+${((this.#time.now - START) / 1000).toFixed(3)}s`;
  }
}

/** Longer than every deadline, backoff and time to live that the workload draws. */
const PATIENCE_MS = 3_600_000;
const CHECK_MS = 30_000;
/** Counts are written, and events repeated, for a while after the last change. */
const SETTLE_MS = 60_000;
const QUIET_MS = 120_000;
const MOST_ROUNDS = 10;

/** In peace, a pod that would be started again whatever it does runs on. */
const isEndless = (spec: unknown): boolean => (spec as { readonly restartPolicy?: string }).restartPolicy === 'Always';

/** A program that never ends well by itself: an ssh server that waits for a launcher. */
const isServer = (spec: unknown): boolean =>
  (spec as { readonly containers: readonly { readonly command?: readonly string[] }[] }).containers.some(
    ({ command = [] }) => command[0]?.endsWith('/sshd'),
  );
