import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { constants as system } from 'node:os';
import { join } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { type PreparedRun, prepareRun } from './container-launch.ts';
import type { NodeContext } from './context.ts';
import { removeContainer } from './images/docker.ts';
import { LogFile } from './logs/log-file.ts';
import { readLog } from './logs/read.ts';
import type { PodSandbox } from './pod-sandbox.ts';
import type { Container, Pod } from './pod-types.ts';
import { enterWords, SYSTEM_PATH } from './process/capabilities.ts';
import { quoted } from './process/launch-script.ts';
import { launchProcess, MARKER, type RunningProcess } from './process/launcher.ts';
import { groupUse, type ResourceUse } from './process/usage.ts';

/** Where a command's input comes from and its output goes. */
export interface ExecStreams {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly exitCode: number;
}

/** How much of a probe's or a hook's output is kept. */
const OUTPUT_LENGTH = 10_000;
const MESSAGE_BYTES = 4096;
const FALLBACK_LINES = 80;
const FALLBACK_BYTES = 2048;

/** The files of one container's runs. */
export const logPath = (podFolder: string, container: string, attempt: number): string =>
  join(podFolder, 'logs', container, `${attempt}.log`);

/** One run of a container: its process, its output, and commands beside it. */
export class ContainerRun {
  readonly id: string;
  readonly log: LogFile;
  readonly prepared: PreparedRun;
  readonly process: RunningProcess;
  readonly #context: NodeContext;
  readonly #container: Container;
  #killTimer: (() => void) | undefined;

  private constructor(
    context: NodeContext,
    container: Container,
    id: string,
    log: LogFile,
    prepared: PreparedRun,
    process: RunningProcess,
  ) {
    this.#context = context;
    this.#container = container;
    this.id = id;
    this.log = log;
    this.prepared = prepared;
    this.process = process;
  }

  /** @throws StartError when the container cannot be started for now */
  static async start(
    context: NodeContext,
    pod: Pod,
    container: Container,
    sandbox: PodSandbox,
    attempt: number,
    id: string,
  ): Promise<ContainerRun> {
    const folder = join(sandbox.folder, 'containers', container.name);
    await mkdir(folder, { recursive: true });
    const prepared = await prepareRun(context, pod, container, sandbox, id, folder);
    await rm(logPath(sandbox.folder, container.name, attempt - 2), { force: true });
    const log = new LogFile(
      logPath(sandbox.folder, container.name, attempt),
      () => context.environment.now(),
      context.logLimits,
    );
    const process = await launchProcess({
      launch: prepared.launch,
      isolation: prepared.engine ? 'none' : context.isolation,
      folder,
      marker: id,
      onOutput: (chunk) => log.append(chunk),
    });
    context.book.add(id, process.pid, prepared.engine);
    return new ContainerRun(context, container, id, log, prepared, process);
  }

  /** Waits for the end, closes the log, and tells what the container said at last. */
  async end(): Promise<{ readonly exitCode: number; readonly message: string }> {
    const { exitCode } = await this.process.ended;
    this.#killTimer?.();
    this.log.close();
    this.#context.book.remove(this.id);
    return { exitCode, message: await this.#message(exitCode) };
  }

  /** SIGTERM, or the container's own stop signal. */
  terminate(): void {
    const wanted = (this.#container.lifecycle?.stopSignal ?? 'SIGTERM') as NodeJS.Signals;
    this.process.signal(wanted in system.signals ? wanted : 'SIGTERM');
  }

  /** SIGKILL after so long, sooner if it was later before. */
  killAfter(ms: number): void {
    this.#killTimer?.();
    if (ms <= 0) this.kill();
    else this.#killTimer = this.#context.environment.after(ms, () => this.kill());
  }

  kill(): void {
    const { engine } = this.prepared;
    if (engine) void removeContainer(engine, this.id);
    else this.process.kill();
  }

  use(): ResourceUse | undefined {
    return this.prepared.engine ? undefined : groupUse(this.process.pid);
  }

  /** Runs a command with the container's environment, files and names. */
  exec(command: readonly string[], streams: ExecStreams): Promise<ExecResult> {
    const { words, env } = this.#execWords(command, streams.stdin !== undefined);
    const { stdin, stdout, stderr, signal } = streams;
    return new Promise((resolve, reject) => {
      const child = spawn(words[0] ?? '', words.slice(1), {
        env: { ...env, [MARKER]: this.id },
        detached: true,
        stdio: [stdin ? 'pipe' : 'ignore', stdout ? 'pipe' : 'ignore', stderr ? 'pipe' : 'ignore'],
      });
      const abort = () => {
        try {
          if (child.pid) process.kill(-child.pid, 'SIGKILL');
        } catch {
          // It has ended already.
        }
      };
      signal?.addEventListener('abort', abort, { once: true });
      if (stdin && child.stdin) {
        child.stdin.on('error', () => {});
        stdin.pipe(child.stdin);
      }
      if (stdout) child.stdout?.pipe(stdout, { end: false });
      if (stderr) child.stderr?.pipe(stderr, { end: false });
      child.once('error', reject);
      child.once('close', (code, ended) => {
        signal?.removeEventListener('abort', abort);
        resolve({ exitCode: code ?? 128 + (ended ? system.signals[ended] : 0) });
      });
    });
  }

  /** Runs a command and collects what it says; one that takes too long is ended. */
  async output(command: readonly string[], timeoutMs: number): Promise<{ exitCode: number; output: string }> {
    let output = '';
    const collect = () =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          if (output.length < OUTPUT_LENGTH) output += chunk.toString();
          done();
        },
      });
    const signal = AbortSignal.timeout(timeoutMs);
    const { exitCode } = await this.exec(command, { stdout: collect(), stderr: collect(), signal });
    return signal.aborted
      ? { exitCode, output: `the command took longer than ${timeoutMs / 1000} s` }
      : { exitCode, output };
  }

  #execWords(command: readonly string[], interactive: boolean) {
    const { engine, launch, translate } = this.prepared;
    if (engine) {
      const options = interactive ? ['--interactive'] : [];
      return { words: [engine, 'exec', ...options, this.id, ...command], env: launch.env };
    }
    const inside = this.#context.isolation === 'namespaces';
    const line = [
      `cd ${quoted(launch.workingDir)} || exit 126`,
      `PATH=${quoted(launch.env.PATH ?? '')}`,
      'export PATH',
      'exec "$@"',
    ].join('\n');
    const words = [
      ...(inside ? enterWords(this.process.pid) : []),
      '/bin/sh',
      '-c',
      line,
      'sh',
      ...command.map(translate),
    ];
    return { words, env: { ...launch.env, PATH: SYSTEM_PATH } };
  }

  async #message(exitCode: number): Promise<string> {
    const written = await readFile(this.prepared.terminationLog).catch(() => Buffer.alloc(0));
    if (written.length > 0) return written.subarray(0, MESSAGE_BYTES).toString();
    if (exitCode === 0 || this.#container.terminationMessagePolicy !== 'FallbackToLogsOnError') return '';
    const parts: Buffer[] = [];
    const now = this.#context.environment.now();
    for await (const part of readLog(this.log.path, undefined, { tailLines: FALLBACK_LINES }, now)) parts.push(part);
    return Buffer.concat(parts).subarray(-FALLBACK_BYTES).toString();
  }
}
