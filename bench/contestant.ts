import type { Runner } from '../test/support/peers/peer-process.ts';

/** What takes part: one controller, or those that do its work together. */
export interface Contestant {
  readonly name: string;
  /** As the audit log names them. */
  readonly users: readonly string[];
  start(): Promise<readonly Runner[]>;
}

/** Whom our controller is measured by. */
export interface Peer {
  /** With its limits lifted. */
  readonly tuned: Contestant;
  /** As it is shipped. @default - not run */
  readonly atDefaults?: Contestant;
}
