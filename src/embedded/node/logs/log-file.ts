import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatEntry } from './entry.ts';

export interface LogLimits {
  /** A file that has grown to this is set aside. @default 10 MiB */
  readonly maxBytes: number;
  /** Files kept for each run, the current one included. @default 5 */
  readonly maxFiles: number;
}

export const DEFAULT_LOG_LIMITS: LogLimits = { maxBytes: 10 * 1024 * 1024, maxFiles: 5 };

/** Gets entries as they stand in the file; undefined at the end. */
export type LogListener = (entries: Buffer | undefined) => void;

/** A line that is longer is kept in parts. */
const MAX_LINE = 16 * 1024;

/** Keeps the output of one run: lines with their times, in files of limited size, the oldest dropped. */
export class LogFile {
  readonly path: string;
  readonly #limits: LogLimits;
  readonly #now: () => number;
  readonly #listeners = new Set<LogListener>();
  #descriptor: number;
  #size: number;
  #rest: Buffer = Buffer.alloc(0);
  #closed = false;

  constructor(path: string, now: () => number, limits: LogLimits = DEFAULT_LOG_LIMITS) {
    this.path = path;
    this.#now = now;
    this.#limits = limits;
    mkdirSync(dirname(path), { recursive: true });
    this.#descriptor = openSync(path, 'a');
    this.#size = statSync(path).size;
  }

  /** Nothing more will be written. */
  get closed(): boolean {
    return this.#closed;
  }

  append(chunk: Buffer): void {
    if (this.#closed) return;
    const at = this.#now();
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const entries: Buffer[] = [];
    for (let end = rest.indexOf(0x0a); end >= 0 || rest.length >= MAX_LINE; end = rest.indexOf(0x0a)) {
      const whole = end >= 0 && end <= MAX_LINE;
      const length = whole ? end : MAX_LINE;
      entries.push(formatEntry(at, rest.subarray(0, length), whole));
      rest = rest.subarray(whole ? length + 1 : length);
    }
    this.#rest = Buffer.from(rest);
    this.#write(entries);
  }

  close(): void {
    if (this.#closed) return;
    if (this.#rest.length > 0) this.#write([formatEntry(this.#now(), this.#rest, false)]);
    this.#closed = true;
    closeSync(this.#descriptor);
    this.#tell(undefined);
  }

  /** Hands over what is written from now on, until the returned function is called. */
  listen(listener: LogListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #write(entries: readonly Buffer[]): void {
    if (entries.length === 0) return;
    const bytes = Buffer.concat(entries);
    if (this.#size > 0 && this.#size + bytes.length > this.#limits.maxBytes) this.#rotate();
    writeSync(this.#descriptor, bytes);
    this.#size += bytes.length;
    this.#tell(bytes);
  }

  #rotate(): void {
    closeSync(this.#descriptor);
    for (let number = this.#limits.maxFiles - 1; number >= 1; number--) {
      const from = number === 1 ? this.path : `${this.path}.${number - 1}`;
      if (existsSync(from)) renameSync(from, `${this.path}.${number}`);
    }
    this.#descriptor = openSync(this.path, 'w');
    this.#size = 0;
  }

  #tell(bytes: Buffer | undefined): void {
    for (const listener of [...this.#listeners]) listener(bytes);
  }
}
