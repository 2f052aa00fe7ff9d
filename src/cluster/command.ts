/** Runs other programs to their end. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Log } from '../runtime/progress.ts';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text for standard input. */
  readonly input?: string;
  /** Told every ten seconds how long the program has been running and the last thing it said. */
  readonly log?: Log;
  /** Told each whole line of standard output as it comes. */
  readonly onLine?: (line: string) => void;
  /** How the log calls the program. @default - its name */
  readonly title?: string;
}

const TELL_EVERY_MS = 10_000;
const running = new Set<ChildProcess>();

/** @returns standard output. @throws with the last lines of what it said when the program fails or is missing. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    running.add(child);
    const out: Buffer[] = [];
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    if (child.stdout && options.onLine) createInterface({ input: child.stdout }).on('line', options.onLine);
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-4000);
    });
    const teller = setInterval(() => {
      const seconds = Math.round((Date.now() - started) / 1000);
      const last = lastLines(said, 1).slice(0, 100);
      options.log?.(`… ${options.title ?? program}, ${seconds} s${last ? `: ${last}` : ''}`);
    }, TELL_EVERY_MS);
    const over = () => {
      clearInterval(teller);
      running.delete(child);
    };
    child.on('error', (error) => {
      over();
      reject(new Error(`cannot start ${program}: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      over();
      const output = Buffer.concat(out).toString();
      if (code === 0) return resolve(output);
      const what = `${program} ${args.slice(0, 6).join(' ')}`;
      reject(new Error(`${what} failed (${signal ?? `exit code ${code}`}):\n${lastLines(said || output, 15)}`));
    });
    child.stdin?.end(options.input);
  });
}

/** Whether a program exists and runs at all. */
export function canRun(program: string, ...args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  );
}

/** Interrupts every program that {@link run} waits for. Returns at once. */
export function interruptRunning(): void {
  for (const child of running) child.kill('SIGINT');
}

const lastLines = (text: string, count: number) => text.trim().split('\n').slice(-count).join('\n');
