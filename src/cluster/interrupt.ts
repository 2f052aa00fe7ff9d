/** What happens when the user or the system ends us in the middle of something. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does work that a signal may end at any moment. `cleanUp` is then called at once and may not wait for anything, so that
 * nothing can be started behind its back. If nobody else listens for the signal, it ends this process afterwards, as
 * it would have done without us; a listener of the caller's decides otherwise, and the work goes on until it looks at
 * `interrupted`.
 */
export async function interruptible<T>(
  cleanUp: (signal: NodeJS.Signals) => void,
  work: (interrupted: AbortSignal) => Promise<T>,
): Promise<T> {
  const interruption = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    ignore();
    interruption.abort(new Error(`interrupted by ${signal}`));
    cleanUp(signal);
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const ignore = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await work(interruption.signal);
  } finally {
    ignore();
  }
}
