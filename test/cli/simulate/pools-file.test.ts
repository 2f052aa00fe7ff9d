import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readPools } from '../../../src/cli/simulate/pools-file.ts';

function poolsIn(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'pools-'));
  try {
    const file = join(folder, 'pools.yaml');
    writeFileSync(file, text);
    return readPools(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a pool that says no more than it must', () => {
  expect(poolsIn('pools: [{name: a, count: 2, capacity: {cpu: 500m, nvidia.com/gpu: 8}}]')).toEqual([
    {
      name: 'a',
      count: 2,
      capacity: new Map([
        ['cpu', 500],
        ['nvidia.com/gpu', 8000],
        ['pods', 110_000],
      ]),
      labels: {},
      taints: [],
    },
  ]);
});

test('a pool that grows starts with its minimum, and takes its time', () => {
  const [pool] = poolsIn(
    'pools: [{name: a, autoscaling: {min: 1, max: 3}, capacity: {}, spot: {interruptionsPerHour: 1}}]',
  );
  expect(pool).toMatchObject({
    count: 1,
    autoscaling: { min: 1, max: 3, scaleUpMs: 180_000, scaleDownMs: 600_000 },
    spot: { interruptionsPerHour: 1, replaceMs: 180_000 },
  });
});

test('nodes as kubectl prints them, without those that take no pods', () => {
  const node = (name: string, spec: string) => `
  - apiVersion: v1
    kind: Node
    metadata: {name: ${name}, labels: {zone: a}}
    spec: ${spec}
    status: {allocatable: {cpu: "4", pods: "110"}, capacity: {cpu: "8", pods: "110"}}`;
  const taints = '{taints: [{key: gpu, value: "yes", effect: NoSchedule}]}';
  const list = `apiVersion: v1\nkind: List\nitems:${node('one', taints)}${node('two', '{unschedulable: true}')}\n`;
  expect(poolsIn(list)).toEqual([
    {
      name: 'one',
      count: 1,
      labels: { zone: 'a' },
      taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
      capacity: new Map([
        ['cpu', 4000],
        ['pods', 110_000],
      ]),
    },
  ]);
});
