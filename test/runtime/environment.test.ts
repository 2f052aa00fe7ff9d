import { describe, expect, test } from '@jest/globals';
import { sleep, systemEnvironment } from '../../src/runtime/environment.ts';

describe('sleep', () => {
  test('ends early when the signal aborts', async () => {
    const abort = new AbortController();
    const started = Date.now();
    setTimeout(() => abort.abort(), 5);
    await sleep(systemEnvironment, 60_000, abort.signal);
    expect(Date.now() - started).toBeLessThan(5_000);
  });
});
