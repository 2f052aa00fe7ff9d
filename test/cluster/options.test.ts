import { describe, expect, test } from '@jest/globals';
import { checkName, formatNodes, parseNodes } from '../../src/cluster/options.ts';

describe('nodes', () => {
  test.each([
    ['real', { real: true, fake: 0 }],
    ['fake:3', { real: false, fake: 3 }],
    ['real,fake:12', { real: true, fake: 12 }],
    ['fake:12, real', { real: true, fake: 12 }],
  ])('%s', (text, plan) => {
    expect(parseNodes(text)).toEqual(plan);
    expect(parseNodes(formatNodes(plan))).toEqual(plan);
  });

  test.each(['', 'fake', 'fake:0', 'fake:x', 'real,real', 'fake:1,fake:2', 'fake:1001', 'kind'])(
    '"%s" is refused with what to write instead',
    (text) => expect(() => parseNodes(text)).toThrow(/use real, fake:K/),
  );
});

describe('names', () => {
  test.each(['armature', 'a', 'a-1'])('%s is a name', (name) => expect(checkName(name)).toBe(name));
  test.each(['', 'A', '-a', 'a-', 'a/b', '..', 'a'.repeat(31)])('"%s" is not', (name) =>
    expect(() => checkName(name)).toThrow(/is not valid: use 1 to 30/),
  );
});
