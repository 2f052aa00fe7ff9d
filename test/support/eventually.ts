import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** @default 20000 */
  readonly timeoutMs?: number;
  /** @default 50 */
  readonly everyMs?: number;
}

/** Asks until the answer is neither undefined nor false; fails with what was waited for and the last error. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  { timeoutMs = 20_000, everyMs = 50 }: Patience = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown = 'never came true';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(`waited ${timeoutMs / 1000} s for ${what}: ${last instanceof Error ? last.message : last}`);
    await delay(everyMs);
  }
}

/** Runs `check` until it stops throwing: for expectations on a state that settles. */
export async function settles<T>(check: () => Promise<T>, patience?: Patience): Promise<T> {
  const answer = await eventually('an expectation', async () => ({ value: await check() }), patience);
  return answer.value;
}

/** Fails when `ask` comes true within the time: for what must not happen. */
export async function stays(what: string, ask: () => Promise<boolean>, forMs: number): Promise<void> {
  const end = Date.now() + forMs;
  while (Date.now() < end) {
    if (!(await ask())) throw new Error(`${what} did not stay so`);
    await delay(100);
  }
}
