/** A moment in milliseconds since the Unix epoch. */
export type Instant = number;

/** So many bytes that nobody can guess. */
export type RandomBytes = (length: number) => Uint8Array;

/** Cancels a timer; calling it again does nothing. */
export type Cancel = () => void;

/**
 * Everything non-deterministic that the runtime may touch. Injected, so that a simulation decides time and chance.
 */
export interface Environment {
  /** Wall-clock time, in milliseconds since the epoch. */
  now(): Instant;
  /** A number in [0, 1). */
  random(): number;
  /** Runs `task` once after `delayMs` milliseconds. */
  after(delayMs: number, task: () => void): Cancel;
  /** For secrets. @default - the operating system's; a simulation that must repeat itself brings its own */
  randomBytes?: RandomBytes;
}

/** The real world. */
export const systemEnvironment: Environment = {
  now: () => Date.now(),
  random: () => Math.random(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs` milliseconds, or at once when `signal` aborts. */
export function sleep(environment: Environment, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = environment.after(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
