import { describe, expect, test } from '@jest/globals';
import { progressAfter, progressIn } from '../../../src/training/progress/lines.ts';
import { lossOf, percentOf, speedOf } from '../../../src/training/progress/reported.ts';

describe('what a line of a log says of progress', () => {
  test.each([
    [
      'progress step=120 total=1000 loss=0.31 samples_per_second=512',
      { step: 120, total: 1000, metrics: { loss: 0.31, samples_per_second: 512 } },
    ],
    ['2026-11-21 10:00:00 INFO progress step=3 epoch=1.5', { step: 3, epoch: 1.5, metrics: {} }],
    ['progress percent=140 remaining_seconds=-3', { percent: 100, remainingSeconds: 0, metrics: {} }],
    ['progress step=1 loss=nan', { step: 1, metrics: {} }],
    [
      "{'loss': 0.6926, 'grad_norm': 1.25, 'learning_rate': 5e-05, 'epoch': 0.1}",
      { epoch: 0.1, metrics: { loss: 0.6926, grad_norm: 1.25, learning_rate: 0.00005 } },
    ],
    ["{'loss': '0.6926', 'epoch': '2'}", { epoch: 2, metrics: { loss: 0.6926 } }],
    [
      ' 10%|█         | 100/1000 [00:09<01:21, 11.04it/s]\r 12%|█▏        | 120/1000 [00:10<01:20, 11.0it/s]',
      { step: 120, total: 1000, percent: 12, remainingSeconds: 80, metrics: { steps_per_second: 11 } },
    ],
    [
      ' 50%|█████     | 1/2 [00:04<?, 4.00s/it]',
      { step: 1, total: 2, percent: 50, metrics: { steps_per_second: 0.25 } },
    ],
  ])('%s', (line, expected) => {
    expect(progressIn(line)).toEqual(expected);
  });

  test.each([
    'making progress on step=3',
    'progress',
    'progress step=three',
    'progressing step=3',
    "{'name': 'worker'}",
    '{"loss": 1}',
    `progress step=1 ${'x'.repeat(5000)}=1`,
    '',
  ])('%s says nothing', (line) => {
    expect(progressIn(line)).toBeUndefined();
  });

  test('what was said stays until it is said anew', () => {
    const lines = [
      "{'loss': 0.9, 'epoch': 1.0}",
      'noise',
      ' 50%|█████     | 5/10 [00:04<00:04, 1.2it/s]',
      "{'loss': 0.4}",
    ];
    const progress = progressAfter(lines);
    expect(progress).toMatchObject({ step: 5, total: 10, percent: 50, epoch: 1, metrics: { loss: 0.4 } });
  });

  test('percent, loss and speed are found under their usual names', () => {
    const progress = progressIn('progress step=1 total=4 eval_loss=2 train_samples_per_second=7');
    expect(progress && percentOf(progress)).toBe(25);
    expect(progress && lossOf(progress)).toEqual({ name: 'eval_loss', value: 2 });
    expect(progress && speedOf(progress)).toEqual({ name: 'train_samples_per_second', value: 7 });
    expect(percentOf({ step: 3, metrics: {} })).toBeUndefined();
  });
});
