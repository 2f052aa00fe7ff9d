import { describe, expect, test } from '@jest/globals';
import { type EmptyPool, placedAtOnce, refusals } from '../../../src/api/scheduling/empty-pools.ts';
import { amountsOf, type PodView, viewOfPod } from '../../../src/api/scheduling/view.ts';

const pool = (name: string, most: number, quantities: object, more: Partial<EmptyPool> = {}): EmptyPool => ({
  name,
  most,
  labels: {},
  taints: [],
  capacity: amountsOf({ pods: '110', ...quantities }),
  ...more,
});
const pod = (requests: object, spec: object = {}): PodView =>
  viewOfPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', uid: 'p' },
    spec: { containers: [{ name: 'c', resources: { requests } }], ...spec },
  });

describe('pools with nothing on them', () => {
  const small = pool('small', 2, { cpu: '4' });
  const large = pool('large', 1, { cpu: '16' }, { taints: [{ key: 'gpu', effect: 'NoSchedule' }] });

  test.each<[string, PodView, readonly EmptyPool[], readonly string[] | undefined]>([
    ['a pod that fits somewhere', pod({ cpu: '4' }), [large, small], undefined],
    [
      'a pod that fits nowhere, with each pool’s reason',
      pod({ cpu: '5' }),
      [small, large],
      ['small: a node has too little cpu', 'large: untolerated taint(s)'],
    ],
    ['a pool that never has nodes', pod({}), [pool('none', 0, { cpu: '4' })], ['none: it has no nodes']],
    ['no pools', pod({}), [], []],
  ])('%s', (_what, view, pools, reasons) => {
    expect(refusals(view, pools)).toEqual(reasons);
  });

  test.each<[string, number, readonly EmptyPool[], number]>([
    ['all of a gang that fits exactly', 4, [small], 4],
    ['as many as fit of one that does not', 7, [small], 4],
    ['over several pools', 7, [small, pool('more', 2, { cpu: '4' })], 7],
    ['no more than the pods of a node', 3, [pool('few', 1, { cpu: '64', pods: '2' })], 2],
  ])('place %s', (_what, count, pools, placed) => {
    expect(placedAtOnce([{ count, pod: pod({ cpu: '2' }) }], pools)).toBe(placed);
  });

  const gpus = pool('gpus', 2, { cpu: '8', gpu: '4' });
  const plain = pool('plain', 1, { cpu: '8' });
  test.each<[string, readonly [number, object][], readonly EmptyPool[], number]>([
    [
      'those that have nowhere else to go first',
      [
        [3, { cpu: '6' }],
        [2, { cpu: '8', gpu: '4' }],
      ],
      [gpus, plain],
      3,
    ],
    [
      'small ones in what large ones leave',
      [
        [6, { cpu: '2' }],
        [2, { cpu: '5', gpu: '1' }],
      ],
      [gpus, plain],
      8,
    ],
    [
      'pods on the nodes that they fill',
      [
        [1, { cpu: '4' }],
        [2, { cpu: '8' }],
      ],
      [pool('a', 2, { cpu: '8' }), pool('b', 1, { cpu: '4' })],
      3,
    ],
  ])('place %s', (_what, sets, pools, placed) => {
    const alike = sets.map(([count, requests]) => ({ count, pod: pod(requests) }));
    expect(placedAtOnce(alike, pools)).toBe(placed);
    expect(placedAtOnce([...alike].reverse(), [...pools].reverse())).toBe(placed);
  });

  test('a hundred thousand pods in no time', () => {
    const before = performance.now();
    expect(placedAtOnce([{ count: 100_000, pod: pod({ cpu: '2' }) }], [pool('huge', 60_000, { cpu: '4' })])).toBe(
      100_000,
    );
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
