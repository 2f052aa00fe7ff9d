import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { constants as system } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Isolation, unshareWords } from './capabilities.ts';
import { type Launch, launchScript, launchWords } from './launch-script.ts';
import { killStragglers } from './stragglers.ts';

const run = promisify(execFile);
/** How long output may still come after a process and its children have ended. */
const DRAIN_MS = 1000;

export interface Ended {
  /** 128 and the signal's number when a signal ended it. */
  readonly exitCode: number;
}

/** A container's running process, the leader of a session and a process group of its own. */
export interface RunningProcess {
  readonly pid: number;
  /** Resolves when the command has taken over, with the reason when it could not. */
  readonly started: Promise<string | undefined>;
  /** Resolves once nothing of the container runs and its output is complete. */
  readonly ended: Promise<Ended>;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL for the process and everything it started. */
  kill(): void;
}

export interface LaunchOptions {
  readonly launch: Launch;
  readonly isolation: Isolation;
  /** The container's own folder. */
  readonly folder: string;
  /** Stands in the environment of everything that the container starts. */
  readonly marker: string;
  onOutput(chunk: Buffer): void;
}

/** Starts a container's process. @throws when the machine cannot start anything */
export async function launchProcess(options: LaunchOptions): Promise<RunningProcess> {
  const { launch, isolation, folder, marker, onOutput } = options;
  const root = join(folder, 'root');
  await mkdir(root, { recursive: true });
  const pipe = join(folder, 'output');
  await rm(pipe, { force: true });
  await run('mkfifo', [pipe]);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(pipe, constants.O_WRONLY);
  const namespaces = isolation === 'namespaces';
  const script = launchScript(launch, namespaces);
  const words = [...(namespaces ? unshareWords() : []), 'sh', '-c', script, 'armature', root, ...launchWords(launch)];
  const child = spawn(words[0] ?? 'sh', words.slice(1), {
    cwd: folder,
    env: { ...launch.env, [MARKER]: marker },
    detached: true,
    stdio: ['ignore', writer, writer, 'pipe'],
  });
  closeSync(writer);
  const started = startOf(child);
  let running = true;
  const over = endOf(child, marker).finally(() => {
    running = false;
  });
  const output = new Socket({ fd: reader, readable: true, writable: false });
  output.on('data', onOutput);
  output.on('error', () => {});
  const drained = new Promise<void>((resolve) => output.once('close', () => resolve()));
  const ended = over.then(async (end) => {
    const late = setTimeout(() => output.destroy(), DRAIN_MS);
    await drained;
    clearTimeout(late);
    return end;
  });
  await rm(pipe, { force: true });
  const pid = child.pid ?? 0;
  return {
    pid,
    started,
    ended,
    signal: (name) => quietly(() => running && process.kill(pid, name)),
    kill: () => quietly(() => running && process.kill(-pid, 'SIGKILL')),
  };
}

/** The variable that marks all processes of a container. */
export const MARKER = 'ARMATURE_CONTAINER';

function startOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const report = child.stdio[3] as Socket;
    report.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    report.on('error', () => {});
    report.once('close', () => resolve(said === '' ? undefined : said));
    child.once('error', (error) => resolve(error.message));
  });
}

function endOf(child: ChildProcess, marker: string): Promise<Ended> {
  return new Promise((resolve) => {
    const done = (code: number | null, signal: NodeJS.Signals | null) => {
      if (child.pid) quietly(() => process.kill(-(child.pid ?? 0), 'SIGKILL'));
      killStragglers(MARKER, marker);
      resolve({ exitCode: code ?? 128 + (signal ? system.signals[signal] : 0) });
    };
    child.once('exit', done);
    child.once('error', () => done(128, null));
  });
}

function quietly(act: () => unknown): void {
  try {
    act();
  } catch {
    // It has ended already.
  }
}
