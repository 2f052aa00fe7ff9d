import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter, parseWatchLine } from '../../src/runtime/watch-lines.ts';

describe('watch lines', () => {
  test('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\n'))),
        fc.array(fc.nat({ max: 400 })),
        (lines, cuts) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
          const splitter = new LineSplitter();
          const seen = places.flatMap((place, index) => splitter.push(bytes.subarray(places[index - 1] ?? 0, place)));
          expect(seen).toEqual(lines);
        },
      ),
    );
  });

  test('an ERROR event is thrown with its code', () => {
    const line = JSON.stringify({ type: 'ERROR', object: { code: 410, reason: 'Expired', message: 'too old' } });
    expect(() => parseWatchLine(line)).toThrow(expect.objectContaining({ code: 410, reason: 'Expired' }));
  });

  test('text that is not JSON is thrown, not swallowed', () => {
    expect(() => parseWatchLine('{"type":')).toThrow(/not JSON/);
  });
});
