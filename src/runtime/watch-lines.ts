import type { KubeObject } from '../api/kube.ts';
import { ApiError, type WatchEvent } from './client.ts';
import { cutManagedFields } from './managed-fields.ts';

const NEWLINE = 10;

/** Splits a stream of bytes into lines. Works on bytes, so a character that spans two chunks is not broken. */
export class LineSplitter {
  #rest: Buffer[] = [];

  /** The lines that `chunk` completes. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.#take(chunk.subarray(start, end));
      if (line !== '') lines.push(line);
      start = end + 1;
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start));
    return lines;
  }

  #take(last: Buffer): string {
    if (this.#rest.length === 0) return last.toString('utf8');
    const line = Buffer.concat([...this.#rest, last]).toString('utf8');
    this.#rest = [];
    return line;
  }
}

/** One line of a watch. Throws {@link ApiError} for an ERROR event and for text that is not JSON. */
export function parseWatchLine(line: string): WatchEvent {
  let event: { type: WatchEvent['type'] | 'ERROR'; object: KubeObject };
  try {
    event = JSON.parse(cutManagedFields(line));
  } catch {
    throw new ApiError(0, 'InvalidWatchEvent', `the watch sent a line that is not JSON: ${line.slice(0, 120)}`);
  }
  if (event.type !== 'ERROR') return { type: event.type, object: event.object };
  const status = event.object as { code?: number; reason?: string; message?: string };
  throw new ApiError(status.code ?? 0, status.reason ?? 'WatchError', status.message ?? 'the watch failed');
}
