import { describe, expect, test } from '@jest/globals';
import { goodEnough } from '../../scripts/quickstart/course.ts';
import { parseOptions } from '../../scripts/quickstart/options.ts';
import { accuracyIn, countsOf } from '../../scripts/quickstart/train.ts';

describe('the flags of the quickstart', () => {
  test.each([
    [[], {}],
    [['--keep', '--json'], { json: true, keep: true }],
    [['--cluster', '--json'], { where: 'cluster', json: true }],
    [['--context', 'kind-a'], { where: 'context', context: 'kind-a' }],
    [['--context=kind-a'], { where: 'context', context: 'kind-a' }],
    [['--help'], { help: true }],
  ])('%j', (args, expected) => {
    expect(parseOptions(args)).toEqual({ where: 'machine', json: false, keep: false, help: false, ...expected });
  });

  test.each([
    [['--what'], 'unknown argument --what'],
    [['kind-a'], 'unknown argument kind-a'],
    [['--context'], '--context needs the name'],
    [['--context', '--json'], '--context needs the name'],
    [['--context=a', '--context', 'b'], 'given twice; leave one out'],
    [['--cluster', '--context', 'a'], 'leave out --cluster to use the cluster that is there'],
    [['--keep', '--context', 'a'], 'everything stays as it is; leave it out'],
  ])('%j is refused with the mend and the usage', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
    expect(() => parseOptions(args)).toThrow('usage: npm run quickstart');
  });

  test('a flag that npm took for itself is told where to stand', () => {
    expect(() => parseOptions([], { npm_config_keep: 'true' })).toThrow('npm run quickstart -- --keep');
  });
});

test.each([0.9, 0.97])('an accuracy of %d is enough', (accuracy) => expect(goodEnough(accuracy)).toBe(accuracy));

test('a model that learned too little is a failure', () => {
  expect(() => goodEnough(0.8999)).toThrow('0.8999 of the digits right, and 0.9 is asked for');
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
