import { test } from '@jest/globals';

/** `test`, or where a reason is given, a test that is skipped with the reason in its name. */
export function testUnless(
  reason: string | undefined,
): (name: string, run: () => Promise<void>, timeoutMs?: number) => void {
  return (name, run, timeoutMs) => {
    if (reason === undefined) test(name, run, timeoutMs);
    else test.skip(`${name} (skipped: ${reason})`, run, timeoutMs);
  };
}

/** Why this machine cannot run containers, or nothing when it can. */
export function noContainers(): string | undefined {
  if (process.platform !== 'linux') return 'a real node needs Linux';
  return process.getuid?.() === 0 ? undefined : 'a real node needs root';
}
