import { describe, expect, test } from '@jest/globals';
import { parseLabelSelector } from '../../src/embedded/label-selector.ts';

const labelled = (labels: Record<string, string>) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { labels } });

describe('label selectors', () => {
  test.each([
    ['a=b', true],
    ['a==c', false],
    ['a!=c,e', false],
    ['missing!=x', true],
    ['a in (b, c),!e', true],
    ['a notin (b)', false],
    ['in in (notin)', false],
    ['n>4', true],
    ['n<5', false],
    ['a>4', false],
    ['', true],
  ])('%s', (selector, selected) => {
    const object = labelled({ a: 'b', n: '5' });
    expect(parseLabelSelector(selector).every((test) => test(object))).toBe(selected);
  });

  test.each([
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['bad key', "unable to parse requirement: found 'key', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in ()x', "found 'x', expected: ',' or 'end of string'"],
  ])('%s is refused', (selector, message) => {
    expect(() => parseLabelSelector(selector)).toThrow(message);
  });
});
