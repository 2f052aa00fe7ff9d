import type { Kind } from '../../api/kube.ts';
import type { KubeClient } from '../../runtime/client.ts';
import type { Domain } from '../../runtime/domain.ts';
import type { Logger } from '../../runtime/log.ts';
import { type Manager, runManager } from '../../runtime/manager.ts';
import type { ApiServer } from '../api-server.ts';
import { EmbeddedClient } from '../client.ts';
import { type FaultRates, FaultyClient } from './faulty-client.ts';
import type { Random } from './random.ts';
import { ProcessEnvironment, type VirtualTime } from './virtual-time.ts';

/** Puts a bug into a controller, to prove that the simulation finds it. */
export interface PlantedBug {
  readonly name: string;
  readonly about: string;
  client?(client: KubeClient): KubeClient;
  domain?(domain: Domain): Domain;
}

export interface ControllersOptions {
  readonly server: ApiServer;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly domains: readonly Domain[];
  readonly rates: () => FaultRates;
  readonly bug?: PlantedBug;
  readonly onWrite?: (write: ControllerWrite) => void;
  /** Told what the controllers themselves log. */
  readonly log?: (line: string) => void;
}

export interface ControllerWrite {
  readonly identity: string;
  readonly verb: string;
  readonly kind: Kind;
  readonly name: string;
}

interface Running {
  readonly identity: string;
  readonly environment: ProcessEnvironment;
  readonly manager: Manager;
}

/** A process that was frozen finds out within one attempt to renew, and what it sent arrives soon after. */
const DOUBT_MS = 15_000;
const LEASE = { namespace: 'kube-system', name: 'armature-controller' };

/** Replicas of the controller, each with its own clock and its own bad luck. */
export class Controllers {
  readonly #options: ControllersOptions;
  readonly #running: Running[] = [];
  #started = 0;
  #doubtUntil = 0;

  constructor(options: ControllersOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#running.length;
  }

  /** Whether two replicas may both believe that they lead: after a freeze, or a jump of a clock. */
  get inDoubt(): boolean {
    return this.#options.time.now < this.#doubtUntil;
  }

  start(): void {
    const { server, time, random, domains, rates, bug, onWrite, log } = this.#options;
    const identity = `replica-${++this.#started}`;
    const environment = new ProcessEnvironment(time, random.fork());
    const inner = new EmbeddedClient({ server, environment, userAgent: 'armature-controller' });
    const client = new FaultyClient({
      inner,
      server,
      environment,
      random: random.fork(),
      rates,
      onWrite: (write) => onWrite?.({ identity, ...write }),
    });
    const manager = runManager({
      client: bug?.client?.(client) ?? client,
      environment,
      domains: bug?.domain ? domains.map(bug.domain) : domains,
      identity,
      leaderElection: LEASE,
      ...(log && { log: loggerOf(identity, log) }),
    });
    const running = { identity, environment, manager };
    this.#running.push(running);
    // A replica that lost its lease exits, and is started again as Kubernetes would.
    manager.done.catch(() => {
      if (!environment.alive) return;
      this.#remove(running);
      time.after(1000, () => this.start());
    });
  }

  /** One replica dies where it stands: what it was about to do is not done, what it asked for may be. */
  crash(): string {
    const [victim] = this.#running.length > 0 ? [this.#options.random.pick(this.#running)] : [];
    if (!victim) return 'crash: nobody runs';
    this.#remove(victim);
    return `crash ${victim.identity}`;
  }

  /** One replica stands still for a while, and then goes on as if nothing had been. */
  freeze(forMs: number): string {
    const victim = this.#running[0] && this.#options.random.pick(this.#running);
    if (!victim) return 'freeze: nobody runs';
    victim.environment.freeze(forMs);
    this.#doubtUntil = Math.max(this.#doubtUntil, this.#options.time.now + forMs + DOUBT_MS);
    return `freeze ${victim.identity} for ${forMs} ms`;
  }

  /** The clock of one replica jumps. */
  skew(byMs: number): string {
    const victim = this.#running[0] && this.#options.random.pick(this.#running);
    if (!victim) return 'skew: nobody runs';
    victim.environment.skewMs += byMs;
    this.#doubtUntil = Math.max(this.#doubtUntil, this.#options.time.now + DOUBT_MS);
    return `clock of ${victim.identity} by ${byMs} ms`;
  }

  /** Clocks are right again. */
  makePeace(): void {
    for (const { environment } of this.#running) environment.skewMs = 0;
  }

  #remove(running: Running): void {
    running.environment.kill();
    this.#running.splice(this.#running.indexOf(running), 1);
  }
}

function loggerOf(identity: string, tell: (line: string) => void): Logger {
  const say = (level: string) => (message: string, fields?: object) =>
    tell(`${identity} ${level}: ${message} ${fields === undefined ? '' : JSON.stringify(fields)}`);
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}
