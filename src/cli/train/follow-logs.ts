import { ApiError } from '../../runtime/client.ts';
import { type LineReader, type LogOptions, podLogs } from '../pod-logs.ts';
import type { RankedPod } from './job-pods.ts';
import { lifeOf } from './log-lines.ts';

export interface FollowLogsOptions {
  readonly tailLines?: number;
  readonly signal: AbortSignal;
  readonly onLine: (pod: RankedPod, line: string) => void;
  /** Told when output could not be read to its end. */
  readonly onLost: (pod: RankedPod, why: string) => void;
}

/** Reads the output of pods as they come, each life of each container once. */
export class LogFollower {
  readonly #reader: LineReader;
  readonly #options: FollowLogsOptions;
  readonly #open = new Map<string, Promise<void>>();
  readonly #begun = new Set<string>();

  constructor(reader: LineReader, options: FollowLogsOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  /** Begins to read what is not read yet. */
  follow(pods: readonly RankedPod[]): void {
    for (const pod of pods) {
      const life = lifeOf(pod);
      if (life === undefined || this.#begun.has(life)) continue;
      this.#begun.add(life);
      const reading = this.#read(pod).finally(() => this.#open.delete(life));
      this.#open.set(life, reading);
    }
  }

  /** Resolves when all that is being read has ended. */
  async ended(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open.values());
  }

  async #read(ranked: RankedPod): Promise<void> {
    const { signal, tailLines, onLine, onLost } = this.#options;
    const { namespace = '', name = '' } = ranked.pod.metadata;
    const options: LogOptions = {
      follow: true,
      signal,
      ...(ranked.container && { container: ranked.container }),
      ...(tailLines !== undefined && { tailLines }),
    };
    try {
      for await (const line of podLogs(this.#reader, { namespace, name }, options)) onLine(ranked, line);
    } catch (error) {
      if (signal.aborted || (error instanceof ApiError && error.code === 404)) return;
      onLost(ranked, (error as Error).message);
    }
  }
}
