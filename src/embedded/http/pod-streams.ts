import type { Readable, Writable } from 'node:stream';

export interface LogRequest {
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  readonly timestamps?: boolean;
  readonly limitBytes?: number;
  readonly signal?: AbortSignal;
}

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
  readLogs(pod: PodRef, container?: string, options?: LogRequest): AsyncIterable<Buffer>;
  exec?(
    pod: PodRef,
    container: string | undefined,
    command: readonly string[],
    streams: ExecStreams,
  ): Promise<{ readonly exitCode: number }>;
}
