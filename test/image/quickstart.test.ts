import { describe, expect, test } from '@jest/globals';
import { parseOptions } from '../../scripts/quickstart/options.ts';
import { accuracyIn, countsOf } from '../../scripts/quickstart/train.ts';

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

test('the counts of a job are said in words', () => {
  const replicaStatuses = { Master: { active: 1, selector: 'a=b' }, Worker: { active: 1, failed: 0, succeeded: 1 } };
  const job = {
    apiVersion: 'kubeflow.org/v1',
    kind: 'PyTorchJob',
    metadata: { name: 'j' },
    status: { replicaStatuses },
  };
  expect(countsOf(job)).toBe('Master 1 active, Worker 1 active, Worker 1 succeeded');
  expect(countsOf({ ...job, status: undefined })).toBe('');
});
