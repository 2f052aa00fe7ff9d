import { spawn } from 'node:child_process';

/** Receives lines for people: what is being done and what is waited for. */
export type Log = (line: string) => void;

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Told every ten seconds how long the command has been running and the last thing it said. */
  readonly log?: Log;
  /** How the log calls the command. @default - its name */
  readonly title?: string;
}

/**
 * Runs a command to its end; resolves to its stdout.
 * @throws when it cannot be started or fails, with the end of what it said
 */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let tail = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-4000);
    });
    const ticker = setInterval(() => {
      const last = tail.trimEnd().split('\n').at(-1)?.slice(0, 100) ?? '';
      options.log?.(
        `… ${options.title ?? command}, ${((Date.now() - started) / 1000).toFixed(0)} s${last ? `: ${last}` : ''}`,
      );
    }, 10_000);
    child.once('error', (error) => {
      clearInterval(ticker);
      reject(new Error(`cannot start ${command}: ${error.message}`));
    });
    child.once('close', (code) => {
      clearInterval(ticker);
      if (code === 0) resolve(stdout);
      else reject(new Error(`${command} ended with code ${code}: ${(tail || stdout).trim().slice(-2000)}`));
    });
  });
}

/** Whether a command exists and runs at all. */
export async function canRun(command: string, ...args: readonly string[]): Promise<boolean> {
  return runCommand(command, args).then(
    () => true,
    () => false,
  );
}
