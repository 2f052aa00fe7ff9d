import { describe, expect, test } from '@jest/globals';
import { describeHistory, historyOf, seedsOf } from './fault-history.ts';

describe('histories of faults', () => {
  const histories = seedsOf('1-300').map(historyOf);

  test('a seed always tells the same history, another seed another one', () => {
    expect(histories).toEqual(seedsOf('1-300').map(historyOf));
    expect(new Set(histories.map(describeHistory)).size).toBeGreaterThan(290);
  });

  test('the controller dies twice in each, at a write first', () => {
    for (const { writes, killAgainAfterMs } of histories) {
      const kills = writes.filter(({ kind }) => kind.startsWith('kill'));
      expect(kills.length + (killAgainAfterMs === undefined ? 0 : 1)).toBe(2);
      expect(writes[0]?.kind).toMatch(/^kill/);
    }
  });

  test('together they hold every kind of fault and every scenario', () => {
    expect(new Set(histories.map(({ scenario }) => scenario)).size).toBe(3);
    const kinds = new Set(
      histories.flatMap(({ writes, moments }) => [
        ...writes.map(({ kind }) => kind as string),
        ...moments.map(({ moment }) => moment.kind),
      ]),
    );
    expect([...kinds].sort()).toEqual([
      'answer',
      'answer-after',
      'delay-events',
      'drop-watches',
      'expire-watches',
      'kill-after',
      'kill-before',
      'reset-after',
    ]);
  });

  test('seeds are numbers and ranges', () => {
    expect(seedsOf('3, 17,40-42')).toEqual([3, 17, 40, 41, 42]);
    expect(() => seedsOf('many')).toThrow('"many" is no seed');
  });
});
