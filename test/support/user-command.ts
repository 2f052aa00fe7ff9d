import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** A command as a user types it, in a process group of its own, as a terminal starts it. */
export class UserCommand {
  stdout = '';
  stderr = '';
  readonly #child;
  readonly ended: Promise<number | NodeJS.Signals>;
  #wake = () => {};

  constructor(command: string, env: Readonly<Record<string, string>> = {}, cwd = ROOT) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$)/.test(name));
    this.#child = spawn('sh', ['-c', `exec ${command}`], {
      cwd,
      detached: true,
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.on('data', (chunk) => {
      this.stdout += chunk;
      this.#wake();
    });
    this.#child.stderr.on('data', (chunk) => {
      this.stderr += chunk;
      this.#wake();
    });
    this.ended = new Promise((resolve) => this.#child.once('close', (code, signal) => resolve(code ?? signal ?? 1)));
  }

  /** All that it said. */
  get said(): string {
    return `${this.stderr}${this.stdout}`;
  }

  /** Resolves once it said something; rejects with what it said when it ends before. */
  async says(wanted: RegExp): Promise<RegExpExecArray> {
    let over = false;
    void this.ended.then(() => {
      over = true;
      this.#wake();
    });
    for (;;) {
      const found = wanted.exec(this.said);
      if (found) return found;
      if (over) throw new Error(`it ended without ${wanted}:\n${this.said.slice(-4000)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ctrl-C: the whole group gets it. */
  interrupt(): void {
    process.kill(-(this.#child.pid ?? 0), 'SIGINT');
  }

  /** A signal for the process alone that was started. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** The last line of standard output as JSON. */
  json<T>(): T {
    return JSON.parse(this.stdout.trim().split('\n').at(-1) ?? '') as T;
  }
}

/** Command lines of all processes of this machine with this text in their environment. */
export function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && textOf(`/proc/${entry}/environ`).includes(text))
    .map((pid) => textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

/** Processes end while one looks. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
