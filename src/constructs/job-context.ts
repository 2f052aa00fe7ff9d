import type { Platform } from './cluster-platform.ts';

/** What a job says for all of its pods. */
export interface JobContext {
  /** @default - none: what is named after the job is named without it */
  readonly jobName?: string;
  /** @default Platform.plain() */
  readonly platform?: Platform;
}
