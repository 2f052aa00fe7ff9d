import { describe, expect, test } from '@jest/globals';
import { parseOptions } from '../../scripts/quickstart/options.ts';
import { accuracyIn } from '../../scripts/quickstart/train.ts';

describe('the flags of the quickstart', () => {
  test.each([
    [[], { json: false, keep: false }],
    [['--cluster', '--json'], { json: true, keep: false }],
    [['--context', 'kind-a', '--keep'], { json: false, keep: true, context: 'kind-a' }],
    [['--context=kind-a'], { json: false, keep: false, context: 'kind-a' }],
  ])('%j', (args, expected) => {
    expect(parseOptions(args)).toEqual(expected);
  });

  test.each([
    [['--what'], 'unknown argument --what'],
    [['--context'], '--context needs the name'],
    [['--context', '--json'], '--context needs the name'],
    [['--cluster', '--context', 'a'], 'exclude each other'],
  ])('%j is refused, with the usage', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
    expect(() => parseOptions(args)).toThrow('usage: npm run quickstart');
  });
});

test('the accuracy is read off its own line only, not off an epoch', () => {
  expect(accuracyIn('accuracy=0.9750')).toBe(0.975);
  expect(accuracyIn('epoch=3 loss=0.1 accuracy=0.9')).toBeUndefined();
});
