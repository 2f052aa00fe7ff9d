import { afterEach, expect, jest, test } from '@jest/globals';
import { interruptible } from '../../src/cluster/interrupt.ts';

const listener = jest.fn();

afterEach(() => {
  process.off('SIGTERM', listener);
  jest.clearAllMocks();
});

test('a signal cleans up once, and a listener of the caller decides what comes next', async () => {
  process.on('SIGTERM', listener);
  const cleanUp = jest.fn();
  const { promise, resolve } = Promise.withResolvers<string>();
  let told: AbortSignal | undefined;
  const result = interruptible(cleanUp, (interrupted) => {
    told = interrupted;
    return promise;
  });
  process.emit('SIGTERM', 'SIGTERM');
  process.emit('SIGTERM', 'SIGTERM');
  expect(cleanUp.mock.calls).toEqual([['SIGTERM']]);
  expect(listener).toHaveBeenCalledTimes(2);
  expect(() => told?.throwIfAborted()).toThrow('interrupted by SIGTERM');
  resolve('done');
  expect(await result).toBe('done');
});

test('nothing listens once the work is over, whatever its end', async () => {
  process.on('SIGTERM', listener);
  const cleanUp = jest.fn();
  await interruptible(cleanUp, async () => undefined);
  await expect(interruptible(cleanUp, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  process.emit('SIGTERM', 'SIGTERM');
  expect(cleanUp).not.toHaveBeenCalled();
});
