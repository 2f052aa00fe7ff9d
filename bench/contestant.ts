import type { Runner } from '../test/support/peers/peer-process.ts';

/** A controller that takes part. */
export interface Contestant {
  readonly name: string;
  /** As the audit log names it. */
  readonly user: string;
  start(): Promise<Runner>;
}
