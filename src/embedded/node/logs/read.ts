import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type LogEntry, parseEntries, renderEntry } from './entry.ts';
import type { LogFile } from './log-file.ts';

/** As `kubectl logs` offers them. */
export interface LogOptions {
  /** Goes on until the container ends. */
  readonly follow?: boolean;
  /** Of the run before the current one. */
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  readonly timestamps?: boolean;
  readonly limitBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * The output of one run: from its files, and with `follow` from `live` as it comes.
 * `live` is absent when the run has ended.
 */
export async function* readLog(
  path: string,
  live: LogFile | undefined,
  options: LogOptions,
  now: number,
): AsyncGenerator<Buffer> {
  const { timestamps = false, follow, signal } = options;
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  const cut = (entries: readonly LogEntry[]): Buffer => {
    const bytes = Buffer.concat(entries.map((entry) => renderEntry(entry, timestamps)));
    const kept = bytes.length > left ? bytes.subarray(0, left) : bytes;
    left -= kept.length;
    return kept;
  };
  // The files are read in the same turn in which listening begins, so that nothing is missed or seen twice.
  const tail = follow && live && !live.closed ? new Tail(live, signal) : undefined;
  try {
    const first = cut(pastEntries(path, options, now));
    if (first.length > 0) yield first;
    while (tail && left > 0) {
      const entries = await tail.next();
      if (!entries) return;
      const bytes = cut(parseEntries(entries));
      if (bytes.length > 0) yield bytes;
    }
  } finally {
    tail?.stop();
  }
}

/** What is written from its making on. */
class Tail {
  readonly #waiting: Buffer[] = [];
  readonly #stop: () => void;
  readonly #signal: AbortSignal | undefined;
  #ended = false;
  #wake: () => void = () => {};

  constructor(live: LogFile, signal: AbortSignal | undefined) {
    this.#signal = signal;
    const stopListening = live.listen((entries) => {
      if (entries) this.#waiting.push(entries);
      else this.#ended = true;
      this.#wake();
    });
    const abort = () => this.#wake();
    signal?.addEventListener('abort', abort);
    this.#stop = () => {
      stopListening();
      signal?.removeEventListener('abort', abort);
    };
  }

  /** The next entries; undefined at the end, or when the reader gave up. */
  async next(): Promise<Buffer | undefined> {
    while (!this.#signal?.aborted) {
      if (this.#waiting.length > 0) return Buffer.concat(this.#waiting.splice(0));
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return undefined;
  }

  stop(): void {
    this.#stop();
  }
}

function pastEntries(path: string, options: LogOptions, now: number): readonly LogEntry[] {
  const { tailLines, sinceSeconds, sinceTime } = options;
  const since = sinceTime ? Date.parse(sinceTime) : sinceSeconds === undefined ? undefined : now - sinceSeconds * 1000;
  let entries: LogEntry[] = [];
  for (const file of filesOf(path)) {
    const older = parseEntries(readFileSync(file)).filter(
      ({ time }) => since === undefined || Date.parse(time) >= since,
    );
    entries = older.concat(entries);
    if (tailLines !== undefined && entries.filter(({ whole }) => whole).length > tailLines) break;
  }
  return tailLines === undefined ? entries : lastLines(entries, tailLines);
}

/** The last lines, of which each is one or more parts. */
function lastLines(entries: readonly LogEntry[], count: number): readonly LogEntry[] {
  let lines = 0;
  let from = entries.length;
  for (; from > 0; from--) {
    const beginsLine = from === entries.length || entries[from - 1]?.whole;
    if (beginsLine && ++lines > count) break;
  }
  return entries.slice(from);
}

/** The files of a run, newest first. */
function filesOf(path: string): readonly string[] {
  const prefix = `${basename(path)}.`;
  return namesIn(dirname(path))
    .map((name) => ({ name, number: name === basename(path) ? 0 : Number(name.slice(prefix.length) || Number.NaN) }))
    .filter(({ name, number }) => number === 0 || (name.startsWith(prefix) && Number.isInteger(number)))
    .sort((left, right) => left.number - right.number)
    .map(({ name }) => join(dirname(path), name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
