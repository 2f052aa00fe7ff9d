/** Times that a node keeps; milliseconds. */
export interface NodeSettings {
  /** The wait before the second restart of a container; it doubles with each. @default 10 s */
  readonly restartBaseMs: number;
  /** @default 5 min */
  readonly restartMaxMs: number;
  /** The wait before volumes or an image are tried again; it doubles with each failure. @default 2 s */
  readonly retryBaseMs: number;
  /** @default 2 min */
  readonly retryMaxMs: number;
  /** How long a second in a probe is; tests shorten it. @default 1 s */
  readonly probeSecondMs: number;
}

export const DEFAULT_SETTINGS: NodeSettings = {
  restartBaseMs: 10_000,
  restartMaxMs: 300_000,
  retryBaseMs: 2000,
  retryMaxMs: 120_000,
  probeSecondMs: 1000,
};
