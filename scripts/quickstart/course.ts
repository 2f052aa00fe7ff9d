import type { Log } from '../../src/runtime/progress.ts';
import type { JobRef } from './train.ts';

/** What a quickstart came to. */
export interface Outcome {
  readonly accuracy: number;
  /** The file with the way into what was kept. */
  readonly kubeconfig?: string;
}

/** A quickstart on one sort of cluster. */
export interface Course {
  readonly job: JobRef;
  /** From nothing to a trained model; says what it does. @throws when a phase fails */
  run(): Promise<Outcome>;
  /** Says why it did not work, as far as can be seen. */
  explain(log: Log): Promise<void>;
  /** Takes away what the course brought up, be it only half, unless it is to be kept. Bears being called twice. */
  end(): Promise<void>;
  /** Stays until a signal comes, where what is kept lives in this process. @default - nothing does */
  readonly stay?: () => Promise<never>;
}

/** What the model must reach on digits that nobody trained on. */
const ENOUGH = 0.9;

/** @throws when the model learned too little */
export function goodEnough(accuracy: number): number {
  if (accuracy >= ENOUGH) return accuracy;
  throw new Error(
    `the model got ${accuracy} of the digits right, and ${ENOUGH} is asked for: look at the log above, and at images/*/digits.py`,
  );
}
