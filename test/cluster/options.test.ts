import { describe, expect, test } from '@jest/globals';
import { checkApis, checkFeatureGates, checkName, formatNodes, parseNodes } from '../../src/cluster/options.ts';

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

describe('what is turned on besides', () => {
  test('feature gates are told by name, in any order, once', () => {
    expect(checkFeatureGates(['GenericWorkload', 'GangScheduling', 'GangScheduling'])).toEqual([
      'GangScheduling',
      'GenericWorkload',
    ]);
    expect(checkFeatureGates()).toEqual([]);
  });

  test.each(['GangScheduling=true', 'gang', ''])('"%s" is no feature gate', (name) =>
    expect(() => checkFeatureGates([name])).toThrow(/use its name alone, such as GangScheduling/),
  );

  test.each(['v1', 'scheduling.k8s.io', 'a/v1=true'])('"%s" is no API version', (name) =>
    expect(() => checkApis([name])).toThrow(/use GROUP\/VERSION, such as/),
  );
});

describe('names', () => {
  test.each(['armature', 'a', 'a-1'])('%s is a name', (name) => expect(checkName(name)).toBe(name));
  test.each(['', 'A', '-a', 'a-', 'a/b', '..', 'a'.repeat(31)])('"%s" is not', (name) =>
    expect(() => checkName(name)).toThrow(/is not valid: use 1 to 30/),
  );
});
