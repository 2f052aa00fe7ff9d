import { describe, expect, test } from '@jest/globals';
import type { ClusterQueue, Queues } from '../../../src/embedded/what-if/index.ts';
import { day, HOUR, job, jobNamed, MINUTE, pool, priorityClass, quota, times } from './day.ts';

describe('a simulated day', () => {
  test('first come, first served, where there is one GPU', () => {
    const outcome = day([job('one'), job('two', { at: 10 }), job('three', { at: 5, minutes: 30 })], [pool(1, 1)]);
    expect(times(outcome)).toEqual({ 'a/one': [0, 60], 'a/three': [60, 90], 'a/two': [90, 150] });
    expect(outcome.jobs.map(({ acceleratorHours }) => acceleratorHours)).toEqual([
      { 'nvidia.com/gpu': 1 },
      { 'nvidia.com/gpu': 1 },
      { 'nvidia.com/gpu': 0.5 },
    ]);
    expect(outcome.pools[0]?.resources['nvidia.com/gpu']).toEqual({ offered: 2.5, held: 2.5 });
    expect(outcome.waiting.map(({ at, value }) => [(at - outcome.start) / MINUTE, value])).toEqual([
      [0, 0],
      [5, 1],
      [10, 2],
      [60, 1],
      [90, 0],
    ]);
  });

  test('a job runs when all of its pods do; those that came first hold their places meanwhile', () => {
    const outcome = day([job('small'), job('wide', { at: 1, workers: 3 })], [pool(1, 3)]);
    expect(times(outcome)).toEqual({ 'a/small': [0, 60], 'a/wide': [60, 120] });
    // Two pods hold their places from minute 1, the third from minute 60.
    expect(jobNamed(outcome, 'a/wide').acceleratorHours['nvidia.com/gpu']).toBeCloseTo((2 * 119 + 60) / 60);
  });

  test('without gangs a job that waits holds places that it cannot use; with them it holds none', () => {
    const arrivals = (gang: boolean) => [
      job('one', { workers: 2, gang, podSpec: { nodeSelector: {} } }),
      job('two', { workers: 2, gang }),
    ];
    const [first, second] = [false, true].map((gang) =>
      day(
        [
          job('early', { minutes: 10, workers: 3 }),
          ...arrivals(gang).map((each) => ({ ...each, at: each.at + MINUTE })),
        ],
        [pool(1, 3)],
      ),
    );
    expect(times(first!)).toEqual({ 'a/early': [0, 10], 'a/one': [10, 70], 'a/two': [70, 130] });
    expect(times(second!)).toEqual({ 'a/early': [0, 10], 'a/one': [10, 70], 'a/two': [70, 130] });
    // The third place: held idle from minute 10 on without gangs, free with them.
    expect(jobNamed(first!, 'a/two').acceleratorHours['nvidia.com/gpu']).toBeCloseTo(3);
    expect(jobNamed(second!, 'a/two').acceleratorHours['nvidia.com/gpu']).toBeCloseTo(2);
  });

  test('what can never run says why, and ends the day', () => {
    const outcome = day(
      [job('huge', { gpus: 9 }), job('elsewhere', { podSpec: { nodeSelector: { zone: 'x' } } }), job('fine')],
      [pool(8, 2), pool(8, 1, { name: 'tainted', taints: [{ key: 'no', effect: 'NoSchedule' }] })],
    );
    expect(jobNamed(outcome, 'a/huge')).toMatchObject({
      fate: 'never',
      reason: '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient nvidia.com/gpu.',
    });
    expect(jobNamed(outcome, 'a/elsewhere').reason).toBe(
      "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector.",
    );
    expect(jobNamed(outcome, 'a/fine').fate).toBe('succeeded');
    expect(outcome.end - outcome.start).toBe(HOUR);
  });

  test('a suspended job waits for somebody who is not there', () => {
    const outcome = day([job('paused', { runPolicy: { suspend: true } })], [pool(8, 1)]);
    expect(jobNamed(outcome, 'a/paused')).toMatchObject({ fate: 'never', reason: expect.stringMatching(/suspend/) });
  });

  test('a deadline ends a job in failure, in the words of its own controller', () => {
    const outcome = day(
      [job('late', { runPolicy: { activeDeadlineSeconds: 600, cleanPodPolicy: 'All' } }), job('next', { at: 1 })],
      [pool(1, 1)],
    );
    // The pod has its 30 seconds of grace.
    expect(times(outcome)).toEqual({ 'a/late': [0, 10], 'a/next': [10.5, 70.5] });
    expect(jobNamed(outcome, 'a/late')).toMatchObject({ fate: 'failed', reason: expect.stringMatching(/deadline/) });
  });
});

describe('preemption', () => {
  const objects = [priorityClass('high', 1000)];

  test('the important go first, once the others have had their grace; unsaved work is done again', () => {
    const outcome = day([job('low'), job('high', { at: 20, minutes: 10, priorityClassName: 'high' })], [pool(1, 1)], {
      objects,
    });
    // Stopped at 20, gone at 20.5, back at 30.5 and from the start.
    expect(times(outcome)).toEqual({ 'a/low': [0, 90.5], 'a/high': [20.5, 30.5] });
    expect(jobNamed(outcome, 'a/low')).toMatchObject({
      preempted: 1,
      restarts: 1,
      lostMs: 20 * MINUTE,
      runMs: 80 * MINUTE,
    });
    expect(outcome.preemptions).toEqual([
      { at: outcome.start + 20 * MINUTE, where: 'scheduler', by: 'a/high', victims: ['a/low'] },
    ]);
  });

  test('a job that saves its work goes on from there', () => {
    const outcome = day(
      [job('low', { checkpointMs: 15 * MINUTE }), job('high', { at: 20, minutes: 10, priorityClassName: 'high' })],
      [pool(1, 1)],
      { objects },
    );
    expect(times(outcome)['a/low']).toEqual([0, 75.5]);
    expect(jobNamed(outcome, 'a/low').lostMs).toBe(5 * MINUTE);
  });

  test('nobody slips into the room that was made for another', () => {
    const outcome = day(
      [
        job('low', { gpus: 6 }),
        job('high', { at: 20, gpus: 8, minutes: 10, priorityClassName: 'high' }),
        job('small', { at: 20, gpus: 2 }),
      ],
      [pool(8, 1)],
      { objects },
    );
    expect(times(outcome)).toEqual({ 'a/low': [0, 90.5], 'a/high': [20.5, 30.5], 'a/small': [30.5, 90.5] });
  });

  test('several make room at the same time, each for itself', () => {
    const high = { at: 20, minutes: 10, priorityClassName: 'high' };
    const outcome = day([job('low1'), job('low2'), job('high1', high), job('high2', high)], [pool(1, 2)], { objects });
    expect(times(outcome)).toMatchObject({ 'a/high1': [20.5, 30.5], 'a/high2': [20.5, 30.5] });
    expect(outcome.preemptions).toHaveLength(2);
  });

  test('who may not preempt waits', () => {
    const polite = [priorityClass('polite', 1000, { preemptionPolicy: 'Never' })];
    const outcome = day(
      [job('low'), job('high', { at: 20, priorityClassName: 'polite' }), job('last', { at: 10 })],
      [pool(1, 1)],
      { objects: polite },
    );
    expect(times(outcome)).toEqual({ 'a/low': [0, 60], 'a/high': [60, 120], 'a/last': [120, 180] });
  });

  test('a class that is not there is refused as an API server refuses it', () => {
    const outcome = day([job('odd', { priorityClassName: 'nobody' })], [pool(1, 1)]);
    expect(jobNamed(outcome, 'a/odd').reason).toMatch(/no PriorityClass with name nobody was found/);
  });
});

describe('quotas', () => {
  test('hold back what is too much for the namespace, and nobody else', () => {
    const outcome = day(
      [job('one'), job('two'), job('three', { namespace: 'b' }), job('never', { gpus: 2 })],
      [pool(8, 1)],
      { objects: [quota('a', { 'requests.nvidia.com/gpu': '1' })] },
    );
    expect(times(outcome)).toMatchObject({ 'a/one': [0, 60], 'a/two': [60, 120], 'b/three': [0, 60] });
    expect(jobNamed(outcome, 'a/never').reason).toBe(
      'pods "never-worker-0" is forbidden: exceeded quota: limits, requested: requests.nvidia.com/gpu=2, used: requests.nvidia.com/gpu=0, limited: requests.nvidia.com/gpu=1',
    );
  });
});

describe('pools that change', () => {
  const autoscaling = { min: 0, max: 2, scaleUpMs: 3 * MINUTE, scaleDownMs: 10 * MINUTE };

  test('nodes come when they are needed, and go when they stand idle', () => {
    const outcome = day(
      [
        job('one', { gpus: 8 }),
        job('two', { gpus: 8 }),
        job('three', { gpus: 8 }),
        job('last', { at: 240, minutes: 30 }),
      ],
      [pool(8, 0, { autoscaling, pricePerHour: 10 })],
    );
    expect(times(outcome)).toEqual({
      'a/one': [3, 63],
      'a/three': [3, 63],
      'a/two': [63, 123],
      'a/last': [243, 273],
    });
    const [used] = outcome.pools;
    // One node from 3 to 133, one to 73, one from 243 to 273.
    expect(used?.nodeHours).toBeCloseTo((130 + 70 + 30) / 60);
    expect(used?.cost).toBeCloseTo((10 * 230) / 60);
    expect(used?.mostNodes).toBe(2);
    // A whole node for an hour, and an eighth of one for half an hour.
    expect(jobNamed(outcome, 'a/one').cost).toBeCloseTo(10);
    expect(jobNamed(outcome, 'a/last').cost).toBeCloseTo(10 / 16);
  });

  test('the cheaper pool that will do grows', () => {
    const outcome = day(
      [job('small'), job('big', { gpus: 8 })],
      [
        pool(8, 0, { name: 'dear', autoscaling, pricePerHour: 30 }),
        pool(1, 0, { name: 'cheap', autoscaling, pricePerHour: 2 }),
      ],
    );
    expect(outcome.pools.map(({ mostNodes }) => mostNodes)).toEqual([1, 1]);
  });

  test('what no pool would take asks for no nodes', () => {
    const outcome = day([job('huge', { gpus: 9 })], [pool(8, 0, { autoscaling })]);
    expect(outcome.pools[0]?.mostNodes).toBe(0);
    expect(jobNamed(outcome, 'a/huge').reason).toBe('no nodes available to schedule pods');
  });

  test('a spot node that is taken away takes its pods with it; jobs go on elsewhere', () => {
    const spot = { interruptionsPerHour: 0.5, replaceMs: 5 * MINUTE };
    const outcome = day([job('long', { minutes: 600, checkpointMs: 10 * MINUTE })], [pool(1, 1, { spot })]);
    const { fate, interrupted, restarts, lostMs, runMs } = jobNamed(outcome, 'a/long');
    expect(fate).toBe('succeeded');
    expect(interrupted).toBeGreaterThan(0);
    expect(restarts).toBe(interrupted);
    expect(lostMs).toBeLessThan(interrupted * 10 * MINUTE);
    expect(runMs).toBe(600 * MINUTE + lostMs);
    expect(outcome.pools[0]?.interruptions).toBe(interrupted);
  });
});

describe('queues', () => {
  const clusterQueue = (more: Partial<ClusterQueue> = {}): ClusterQueue => ({
    name: 'shared',
    strategy: 'BestEffortFIFO',
    preemption: 'Never',
    admits: () => true,
    groups: [
      {
        resources: ['nvidia.com/gpu'],
        flavors: [
          { name: 'gpu', nodeLabels: {}, taints: [], tolerations: [], quota: new Map([['nvidia.com/gpu', 2000]]) },
        ],
      },
    ],
    ...more,
  });
  const queues = (...clusterQueues: readonly ClusterQueue[]): Queues => ({
    clusterQueues,
    localQueues: new Map([['a/main', 'shared']]),
    priorities: new Map([['urgent', 10]]),
  });
  const labels = { 'kueue.x-k8s.io/queue-name': 'main' };
  const urgent = { ...labels, 'kueue.x-k8s.io/priority-class': 'urgent' };

  test('admit a job whole, when its quota has room', () => {
    const outcome = day(
      [job('one', { labels }), job('wide', { labels, workers: 2, at: 1 }), job('three', { labels, at: 2 })],
      [pool(8, 1)],
      { queues: queues(clusterQueue()) },
    );
    expect(times(outcome)).toEqual({ 'a/one': [0, 60], 'a/wide': [62, 122], 'a/three': [2, 62] });
    expect(jobNamed(outcome, 'a/one').queue).toBe('shared');
  });

  test('in strict order, whoever is first holds up all others', () => {
    const outcome = day(
      [job('one', { labels }), job('wide', { labels, workers: 2, at: 1 }), job('three', { labels, at: 2 })],
      [pool(8, 1)],
      { queues: queues(clusterQueue({ strategy: 'StrictFIFO' })) },
    );
    expect(times(outcome)).toEqual({ 'a/one': [0, 60], 'a/wide': [60, 120], 'a/three': [120, 180] });
  });

  test('the important take the quota of others, once their pods are gone', () => {
    const outcome = day(
      [job('low', { labels, workers: 2 }), job('high', { labels: urgent, at: 20, minutes: 10 })],
      [pool(8, 1)],
      { queues: queues(clusterQueue({ preemption: 'LowerPriority' })) },
    );
    expect(times(outcome)).toEqual({ 'a/low': [0, 90.5], 'a/high': [20.5, 30.5] });
    expect(outcome.preemptions).toEqual([
      { at: outcome.start + 20 * MINUTE, where: 'queue', by: 'a/high', victims: ['a/low'] },
    ]);
  });

  test('send jobs to the nodes of the first flavor with room', () => {
    const flavor = (name: string) => ({
      name,
      nodeLabels: { type: name },
      taints: [],
      tolerations: [{ key: name, operator: 'Exists' }],
      quota: new Map([['nvidia.com/gpu', 1000]]),
    });
    const groups = [{ resources: ['nvidia.com/gpu'], flavors: [flavor('reserved'), flavor('spot')] }];
    const pools = ['reserved', 'spot'].map((name) =>
      pool(8, 1, { name, labels: { type: name }, taints: [{ key: name, effect: 'NoSchedule' }] }),
    );
    const outcome = day([job('one', { labels }), job('two', { labels })], pools, {
      queues: queues(clusterQueue({ groups })),
    });
    expect(outcome.pools.map(({ resources }) => resources['nvidia.com/gpu']?.held)).toEqual([1, 1]);
  });

  test('say why a job is not admitted', () => {
    const outcome = day(
      [
        job('huge', { labels, gpus: 3 }),
        job('lost', { labels: { 'kueue.x-k8s.io/queue-name': 'nowhere' } }),
        job('odd', { labels: { ...labels, 'kueue.x-k8s.io/priority-class': 'none' } }),
      ],
      [pool(8, 1)],
      { queues: queues(clusterQueue()) },
    );
    expect(outcome.jobs.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/insufficient quota for nvidia.com\/gpu in flavor gpu.*\(3\) > maximum capacity \(2\)/),
      "LocalQueue a/nowhere doesn't exist",
      "WorkloadPriorityClass none doesn't exist",
    ]);
  });
});
