import { describe, expect, test } from '@jest/globals';
import type { NodeView, PodView } from '../../src/api/scheduling/view.ts';
import { Nodes } from '../../src/embedded/scheduler/nodes.ts';
import { schedule } from '../../src/embedded/scheduler/schedule.ts';
import { waitingPod } from './pod-view.ts';

const node = (name: string, gpus: number, more: Partial<NodeView> = {}): NodeView => ({
  name,
  labels: {},
  taints: [],
  unschedulable: false,
  capacity: new Map([
    ['nvidia.com/gpu', gpus * 1000],
    ['pods', 110_000],
  ]),
  ...more,
});

const pod = (name: string, gpus: number, more: Partial<PodView> = {}): PodView =>
  waitingPod(name, { 'nvidia.com/gpu': gpus * 1000, pods: 1000 }, more);

function pool(...nodes: readonly NodeView[]): Nodes {
  const all = new Nodes();
  for (const each of nodes) all.set(each);
  return all;
}

const placesOf = (round: ReturnType<typeof schedule>): Record<string, string> =>
  Object.fromEntries(round.placements.map(({ pod: { key }, node: name }) => [key, name]));

describe('the scheduler', () => {
  test('spreads pods over the nodes with the most left', () => {
    const round = schedule([pod('a', 1), pod('b', 1)], pool(node('n1', 4), node('n2', 4)));
    expect(placesOf(round)).toEqual({ 'ns/a': 'n1', 'ns/b': 'n2' });
  });

  test('says what every node lacks', () => {
    const nodes = pool(
      node('n1', 1),
      node('n2', 8, { taints: [{ key: 'spot', effect: 'NoSchedule' }] }),
      node('n3', 8, { unschedulable: true }),
    );
    const { waiting } = schedule([pod('a', 2)], nodes);
    expect(waiting[0]?.message).toBe(
      '0/3 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.',
    );
  });

  test('heeds selectors, affinity and tolerations', () => {
    const nodes = pool(
      node('plain', 8),
      node('spot', 8, {
        labels: { pool: 'spot', zone: 'b' },
        taints: [{ key: 'spot', value: 'true', effect: 'NoSchedule' }],
      }),
    );
    const tolerations = [{ key: 'spot', operator: 'Equal', value: 'true' }];
    const affinity = [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['b'] }] }];
    const round = schedule(
      [
        pod('selected', 1, { nodeSelector: { pool: 'spot' }, tolerations }),
        pod('drawn', 1, { affinity, tolerations }),
        pod('barred', 1, { nodeSelector: { pool: 'spot' } }),
      ],
      nodes,
    );
    expect(placesOf(round)).toEqual({ 'ns/selected': 'spot', 'ns/drawn': 'spot' });
  });

  test('starts a gang whole or not at all', () => {
    const gang = [pod('g0', 2, { group: 'ns/g' }), pod('g1', 2, { group: 'ns/g' })];
    const few = schedule(gang, pool(node('n1', 3)), () => 2);
    expect(few.placements).toEqual([]);
    expect(placesOf(schedule(gang, pool(node('n1', 4)), () => 2))).toEqual({ 'ns/g0': 'n1', 'ns/g1': 'n1' });
  });

  test('a gang waits for its group and for its members', () => {
    const member = pod('g0', 1, { group: 'ns/g' });
    expect(schedule([member], pool(node('n1', 8))).waiting[0]?.message).toContain('PodGroup ns/g to be created');
    const short = schedule([member], pool(node('n1', 8)), () => 2);
    expect(short.waiting[0]?.message).toBe('waiting for 1 more pods of PodGroup ns/g');
  });

  test('takes turns by priority, then by age', () => {
    const nodes = pool(node('n1', 1));
    const young = pod('young', 1, { since: '2026-01-02T00:00:00Z' });
    const urgent = pod('urgent', 1, { priority: 10, since: '2026-01-03T00:00:00Z' });
    expect(placesOf(schedule([young, pod('old', 1), urgent], nodes))).toEqual({ 'ns/urgent': 'n1' });
  });

  test('preempts as little as is needed, the least important first', () => {
    const nodes = pool(node('n1', 4));
    for (const [name, priority] of [
      ['low', 1],
      ['mid', 2],
      ['high', 9],
    ] as const) {
      nodes.assume(pod(name, 1, { priority }), 'n1');
    }
    const { preemptions } = schedule([pod('vip', 2, { priority: 5 })], nodes);
    expect(preemptions.map(({ victims }) => victims.map(({ key }) => key))).toEqual([['ns/low']]);
  });

  test('preempts nobody when that would not help, or when it may not', () => {
    const nodes = pool(node('n1', 2));
    nodes.assume(pod('low', 1), 'n1');
    expect(schedule([pod('huge', 4, { priority: 5 })], nodes).preemptions).toEqual([]);
    expect(schedule([pod('meek', 2, { priority: 5, mayPreempt: false })], nodes).preemptions).toEqual([]);
  });
});
