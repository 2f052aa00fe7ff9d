/** A running controller. */
export interface Runner {
  readonly pid: number;
  stop(): Promise<unknown>;
}

/** A controller that takes part. */
export interface Contestant {
  readonly name: string;
  /** As the audit log names it. */
  readonly user: string;
  start(): Promise<Runner>;
}
