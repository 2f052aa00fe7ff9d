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

/** What a container uses. */
export interface PodUse {
  /** Processor seconds since it started. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** What a node offers of its pods: their output, commands beside them, and what they use. */
export interface PodStreams {
  /** The first container where none is named. Throws when there is no such output. */
  readLogs(pod: PodRef, container?: string, options?: LogOptions): AsyncIterable<Buffer>;
  exec?(
    pod: PodRef,
    container: string | undefined,
    command: readonly string[],
    streams: ExecStreams,
  ): Promise<{ readonly exitCode: number }>;
  /** By container. Throws when there is no such pod. @default - metrics are not served */
  usage?(pod: PodRef): ReadonlyMap<string, PodUse>;
}
