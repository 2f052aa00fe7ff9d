import type { Readable, Writable } from 'node:stream';
import type { LogOptions } from '../node/logs/read.ts';

export interface ExecStreams {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly signal?: AbortSignal;
}

interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

/** What a node offers of its pods: their output, and commands beside them. */
export interface PodStreams {
  /** The first container where none is named. Throws when there is no such output. */
  readLogs(pod: PodRef, container?: string, options?: LogOptions): AsyncIterable<Buffer>;
  exec?(
    pod: PodRef,
    container: string | undefined,
    command: readonly string[],
    streams: ExecStreams,
  ): Promise<{ readonly exitCode: number }>;
}
