import { describe, expect, test } from '@jest/globals';
import { cronMoments } from '../../../src/cli/simulate/cron.ts';
import { durationText, parseDuration } from '../../../src/cli/simulate/duration.ts';

const START = Date.UTC(2026, 0, 5);
const DAY = 86_400_000;
const hours = (line: string) => cronMoments(line, START, START + DAY).map((at) => (at - START) / 3_600_000);

describe('durations', () => {
  test.each([
    ['90s', 90_000],
    ['2h30m', 9_000_000],
    ['1.5h', 5_400_000],
    ['2d', 2 * DAY],
    ['250ms', 250],
    ['0', 0],
    ['', undefined],
    ['soon', undefined],
    ['-1h', undefined],
    ['5', undefined],
  ])('%p is %p ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each([
    [0, '0s'],
    [90_000, '1m30s'],
    [9_000_000, '2h30m'],
    [DAY + 3_600_000 + 60_000, '1d1h'],
  ])('%p ms reads %p', (ms, text) => expect(durationText(ms)).toBe(text));
});

describe('crontab lines', () => {
  test.each([
    ['0 2 * * *', [2]],
    ['30 */8 * * *', [0.5, 8.5, 16.5]],
    ['0 9-11 * * 1', [9, 10, 11]],
    ['0 9-17/4 * * *', [9, 13, 17]],
    ['0 1,3 * * 2', []],
    // When both days are given, either will do.
    ['0 4 5 * 2', [4]],
    ['0 4 6 1 1', [4]],
    ['0 4 * 2 *', []],
  ])('%s on a Monday, the fifth of January', (line, expected) => expect(hours(line)).toEqual(expected));

  test.each([
    ['0 2 * *', /needs five fields/],
    ['60 2 * * *', /the minute "60" is not within 0 to 59/],
    ['0 2 * * MON', /the day of week "MON"/],
    ['*/0 2 * * *', /the minute "\*\/0"/],
  ])('%s is refused', (line, message) => expect(() => hours(line)).toThrow(message));
});
