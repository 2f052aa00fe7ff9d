import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface ControllerOptions {
  readonly kubeconfig: string;
  /** More flags of `armature controller`. */
  readonly flags?: readonly string[];
  /** @default false */
  readonly leaderElect?: boolean;
  /** The program. @default - the bundle that `npm test` made, else src/cli/main.ts, types stripped on the fly */
  readonly program?: string;
  /** @default - none */
  readonly nodeOptions?: string;
  /** More environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How long to wait for /readyz, in milliseconds. @default 20000 */
  readonly readyWithinMs?: number;
  /** Handed the process as soon as there is one, for those who may not wait until it is ready. */
  readonly onSpawn?: (child: ChildProcess) => void;
}

/** One controller as a process of its own, as a pod would run it. */
export class ControllerProcess {
  readonly metricsUrl: string;
  readonly logFile: string;
  /** From spawn to the first good /readyz, in milliseconds. */
  readonly readyAfterMs: number;
  private readonly child: ChildProcess;
  private readonly exited: Promise<number | undefined>;

  private constructor(
    child: ChildProcess,
    exited: Promise<number | undefined>,
    metricsUrl: string,
    logFile: string,
    readyAfterMs: number,
  ) {
    this.child = child;
    this.exited = exited;
    this.metricsUrl = metricsUrl;
    this.logFile = logFile;
    this.readyAfterMs = readyAfterMs;
  }

  /** Starts it and waits until it answers /readyz; a standby that waits for the lease is ready too. */
  static async start(options: ControllerOptions): Promise<ControllerProcess> {
    const started = Date.now();
    const [metricsPort, healthPort] = [await freePort(), await freePort()];
    const logFile = join(temporaryFolder('controller'), 'log');
    const args = [
      options.program ?? process.env.ARMATURE_TEST_PROGRAM ?? 'src/cli/main.ts',
      'controller',
      ...['--kubeconfig', options.kubeconfig],
      ...['--metrics-bind-address', `127.0.0.1:${metricsPort}`],
      ...['--health-probe-bind-address', `127.0.0.1:${healthPort}`],
      ...(options.leaderElect ? ['--leader-elect'] : []),
      ...(options.flags ?? []),
    ];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: options.nodeOptions ?? '', ...options.environment },
    });
    options.onSpawn?.(child);
    const log = createWriteStream(logFile);
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    const exited = new Promise<number | undefined>((resolve) =>
      child.once('exit', (code) => resolve(code ?? undefined)),
    );
    let running = true;
    void exited.then(() => {
      running = false;
    });
    const deadline = started + (options.readyWithinMs ?? 20_000);
    while (!(await answers(`http://127.0.0.1:${healthPort}/readyz`))) {
      if (running && Date.now() < deadline) {
        await delay(25);
        continue;
      }
      child.kill('SIGKILL');
      await exited;
      throw new Error(
        `the controller ${running ? 'was not ready in time' : 'ended at once'}; its log:\n${tail(logFile)}`,
      );
    }
    return new ControllerProcess(
      child,
      exited,
      `http://127.0.0.1:${metricsPort}/metrics`,
      logFile,
      Date.now() - started,
    );
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Sends any signal; SIGSTOP and SIGCONT freeze and thaw. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it in the ordinary way and resolves to its exit code. */
  async stop(): Promise<number | undefined> {
    this.child.kill('SIGTERM');
    const forced = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    const code = await this.exited;
    clearTimeout(forced);
    return code;
  }

  /** Ends it without a chance to finish anything. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async metrics(): Promise<string> {
    return (await fetch(this.metricsUrl)).text();
  }

  /** The last lines of its log. */
  log(): string {
    return tail(this.logFile);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-40).join('\n');
}
