import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DelayHeap } from '../../src/runtime/delay-heap.ts';
import { WorkQueue } from '../../src/runtime/queue.ts';
import { HandEnvironment } from './hand-environment.ts';

describe('WorkQueue', () => {
  test('never works on a key twice at once, keeps its limit, and works on each key after its last addition', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      how: fc.constantFrom('add' as const, 'low' as const, 'later' as const, 'retry' as const),
      wait: fc.nat({ max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), async (steps, workers) => {
        const environment = new HandEnvironment();
        const queue = new WorkQueue({ environment, workers });
        const working = new Set<string>();
        const lastAdded = new Map<string, number>();
        const lastStarted = new Map<string, number>();
        let tick = 0;
        queue.start(async (key) => {
          expect(working.has(key)).toBe(false);
          working.add(key);
          expect(working.size).toBeLessThanOrEqual(workers);
          lastStarted.set(key, ++tick);
          await new Promise<void>((resolve) => environment.after(10, resolve));
          working.delete(key);
        });
        for (const { key, how, wait } of steps) {
          lastAdded.set(key, ++tick);
          if (how === 'add') queue.add(key);
          else if (how === 'low') queue.add(key, 'low');
          else if (how === 'later') queue.addAfter(key, 25);
          else queue.retry(key);
          await environment.pass(wait);
        }
        await environment.pass(10_000_000);
        expect(queue.idle).toBe(true);
        for (const [key, added] of lastAdded) expect(lastStarted.get(key)).toBeGreaterThan(added);
      }),
      { numRuns: 60 },
    );
  });

  test('normal keys go before low ones, and a low key can be raised', async () => {
    const queue = new WorkQueue({ environment: new HandEnvironment(), workers: 1 });
    const order: string[] = [];
    queue.add('old1', 'low');
    queue.add('old2', 'low');
    queue.add('new');
    queue.add('old2');
    queue.start(async (key) => {
      order.push(key);
    });
    await new HandEnvironment().pass(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(['new', 'old2', 'old1']);
  });

  test('failures double the wait, up to the bound; forget ends the row', async () => {
    const environment = new HandEnvironment();
    const queue = new WorkQueue({ environment, backoff: { baseMs: 100, maxMs: 400 } });
    const started: number[] = [];
    const begin = environment.now();
    queue.start(async (key) => {
      started.push(environment.now() - begin);
      if (started.length < 5) queue.retry(key);
      else queue.forget(key);
    });
    queue.add('x');
    await environment.pass(10_000);
    expect(started).toEqual([0, 75, 225, 525, 825]);
    expect(queue.failures('x')).toBe(0);
  });

  test('stop waits for what is under way and takes no more', async () => {
    const environment = new HandEnvironment();
    const queue = new WorkQueue({ environment });
    let finished = false;
    queue.start(async () => {
      await new Promise<void>((resolve) => environment.after(50, resolve));
      finished = true;
    });
    queue.add('x');
    await environment.pass(1);
    const stopped = queue.stop();
    queue.add('y');
    await environment.pass(50);
    await stopped;
    expect(finished).toBe(true);
    expect(queue.depth).toBe(0);
  });
});

describe('DelayHeap', () => {
  test('gives keys in the order of their earliest moments', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat({ max: 100 }))), (entries) => {
        const heap = new DelayHeap();
        const earliest = new Map<string, number>();
        for (const [key, at] of entries) {
          heap.add(key, at);
          earliest.set(key, Math.min(at, earliest.get(key) ?? at));
        }
        const taken: number[] = [];
        for (let key = heap.takeDue(1000); key !== undefined; key = heap.takeDue(1000)) {
          taken.push(earliest.get(key) ?? -1);
          earliest.delete(key);
        }
        expect(taken).toEqual([...taken].sort((left, right) => left - right));
        expect(earliest.size).toBe(0);
      }),
    );
  });
});
