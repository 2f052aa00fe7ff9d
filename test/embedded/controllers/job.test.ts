import { describe, expect, test } from '@jest/globals';
import { JOB, POD } from '../../../src/api/kinds.ts';
import { JobWorld, podTemplate } from './job-world.ts';

const only = <T>(items: readonly T[]): T => {
  expect(items).toHaveLength(1);
  return items[0] as T;
};

describe('a Job without indexes', () => {
  test('makes a pod, counts it, and is complete', async () => {
    const world = new JobWorld();
    await world.create('one');
    const pod = only(world.pods());
    expect(pod.metadata.name).toMatch(/^one-[a-z0-9]{5}$/);
    expect(pod.metadata.finalizers).toEqual(['batch.kubernetes.io/job-tracking']);
    expect(world.job('one').status).toMatchObject({ active: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    world.succeed(pod);
    await world.pass(2);
    const { status } = world.job('one');
    expect(status).toMatchObject({ succeeded: 1, ready: 0, terminating: 0, completionTime: '2026-01-01T00:00:01Z' });
    expect(status?.active).toBeUndefined();
    expect(world.conditions('one')).toEqual([
      'SuccessCriteriaMet=True CompletionsReached',
      'Complete=True CompletionsReached',
    ]);
    expect(only(world.pods()).metadata.finalizers).toBeUndefined();
    expect(world.events()).toEqual(['SuccessfulCreate Created pod: one-*', 'Completed Job completed']);
  });

  test('waits longer after each failure, and gives up after its limit', async () => {
    const world = new JobWorld();
    await world.create('try', { backoffLimit: 2 });
    world.fail(only(world.running()));
    await world.pass(9);
    expect(world.running()).toHaveLength(0);
    await world.pass(2);
    world.fail(only(world.running()));
    await world.pass(19);
    expect(world.running()).toHaveLength(0);
    await world.pass(3);
    world.fail(only(world.running()));
    await world.pass(3);
    expect(world.job('try').status).toMatchObject({ failed: 3 });
    expect(world.conditions('try')).toEqual([
      'FailureTarget=True BackoffLimitExceeded',
      'Failed=True BackoffLimitExceeded',
    ]);
    expect(world.events().at(-1)).toBe('BackoffLimitExceeded Job has reached the specified backoff limit');
  });

  test('runs as many at once as it may, and never more than are missing', async () => {
    const world = new JobWorld();
    await world.create('many', { parallelism: 2, completions: 3 });
    const [first, second] = world.running();
    if (!first || !second) throw new Error('two pods were expected');
    world.succeed(first);
    world.succeed(second);
    await world.pass(2);
    world.succeed(only(world.running()));
    await world.pass(2);
    expect(world.job('many').status?.succeeded).toBe(3);
    expect(world.pods()).toHaveLength(3);
  });

  test('ends at its deadline and takes its pods along', async () => {
    const world = new JobWorld();
    await world.create('late', { activeDeadlineSeconds: 5, parallelism: 2, completions: 2 });
    await world.pass(7);
    expect(world.pods()).toHaveLength(0);
    expect(world.conditions('late')).toEqual(['FailureTarget=True DeadlineExceeded', 'Failed=True DeadlineExceeded']);
    expect(world.job('late').status).toMatchObject({ failed: 2 });
  });

  test('is deleted with its pods when its time after the end is over', async () => {
    const world = new JobWorld();
    await world.create('brief', { ttlSecondsAfterFinished: 10 });
    world.succeed(only(world.running()));
    await world.pass(9);
    expect(world.pods()).toHaveLength(1);
    await world.pass(5);
    expect(world.pods()).toHaveLength(0);
    expect(() => world.job('brief')).toThrow('not found');
  });

  test('lets its pods go when it is deleted and says nothing of them', async () => {
    const world = new JobWorld();
    await world.create('gone');
    world.server.delete(JOB, { namespace: 'default', name: 'gone' });
    await world.pass(3);
    const { metadata } = only(world.pods());
    expect(metadata.ownerReferences).toBeUndefined();
    expect(metadata.finalizers).toBeUndefined();
  });

  test('takes its pods along when it is deleted in the background', async () => {
    const world = new JobWorld();
    await world.create('gone', { parallelism: 3 });
    world.server.delete(JOB, { namespace: 'default', name: 'gone' }, { propagationPolicy: 'Background' });
    await world.pass(3);
    expect(world.pods()).toHaveLength(0);
  });

  test('leaves alone what another controller looks after', async () => {
    const world = new JobWorld();
    await world.create('theirs', { managedBy: 'example.com/other' });
    await world.pass(5);
    expect(world.pods()).toHaveLength(0);
    expect(world.job('theirs').status).toEqual({});
  });
});

describe('suspension', () => {
  test('takes the pods away without counting them, and starts the clock again', async () => {
    const world = new JobWorld();
    await world.create('pause', { parallelism: 2, completions: 2, activeDeadlineSeconds: 60 });
    await world.pass(30);
    world.edit('pause', { suspend: true });
    await world.pass(2);
    expect(world.pods()).toHaveLength(0);
    expect(world.conditions('pause')).toEqual(['Suspended=True JobSuspended']);
    expect(world.job('pause').status?.startTime).toBeUndefined();
    world.edit('pause', { suspend: false });
    await world.pass(2);
    expect(world.running()).toHaveLength(2);
    expect(world.conditions('pause')).toEqual(['Suspended=False JobResumed']);
    expect(world.job('pause').status).toMatchObject({ active: 2, startTime: '2026-01-01T00:00:32Z' });
    expect(world.job('pause').status?.failed).toBeUndefined();
    await world.pass(40);
    expect(world.running()).toHaveLength(2);
    expect(world.events().filter((event) => /^(Suspended|Resumed)/.test(event))).toEqual([
      'Suspended Job suspended',
      'Resumed Job resumed',
    ]);
  });

  test('lets the places of pods be changed before they run', async () => {
    const world = new JobWorld();
    await world.create('placed', { suspend: true });
    const template = { metadata: { labels: { queue: 'a' } }, ...podTemplate({ nodeSelector: { pool: 'gpu' } }) };
    world.edit('placed', { template });
    world.edit('placed', { suspend: false });
    await world.pass(1);
    expect(only(world.pods())).toMatchObject({ spec: { nodeSelector: { pool: 'gpu' } } });
    expect(() => world.edit('placed', { template: podTemplate({ nodeSelector: { pool: 'cpu' } }) })).toThrow(
      'field is immutable',
    );
  });
});

describe('an Indexed Job', () => {
  const indexed = { completionMode: 'Indexed', completions: 3, parallelism: 3 };

  test('gives each pod its index', async () => {
    const world = new JobWorld();
    await world.create('rank', indexed);
    const pod = world.indexed(2);
    expect(pod.metadata.name).toMatch(/^rank-2-[a-z0-9]{5}$/);
    expect(pod.metadata.annotations).toMatchObject({ 'batch.kubernetes.io/job-completion-index': '2' });
    expect(pod.spec).toMatchObject({
      hostname: 'rank-2',
      containers: [
        {
          env: [
            {
              name: 'JOB_COMPLETION_INDEX',
              valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } },
            },
          ],
        },
      ],
    });
  });

  test('is complete when each index has succeeded once', async () => {
    const world = new JobWorld();
    await world.create('rank', indexed);
    world.succeed(world.indexed(0));
    world.fail(world.indexed(1));
    world.succeed(world.indexed(2));
    await world.pass(2);
    expect(world.job('rank').status).toMatchObject({ completedIndexes: '0,2', succeeded: 2, failed: 1 });
    await world.pass(11);
    world.succeed(world.indexed(1));
    await world.pass(2);
    expect(world.job('rank').status).toMatchObject({ completedIndexes: '0-2', succeeded: 3, failed: 1 });
    expect(world.conditions('rank').at(-1)).toBe('Complete=True CompletionsReached');
  });

  test('grows and shrinks with completions and parallelism together', async () => {
    const world = new JobWorld();
    await world.create('elastic', indexed);
    expect(() => world.edit('elastic', { completions: 4 })).toThrow('can only be modified in tandem');
    world.edit('elastic', { completions: 4, parallelism: 4 });
    await world.pass(1);
    expect(world.indexed(3)).toBeDefined();
    world.edit('elastic', { completions: 2, parallelism: 2 });
    await world.pass(2);
    expect(world.pods().map(({ metadata }) => metadata.labels?.['batch.kubernetes.io/job-completion-index'])).toEqual([
      '0',
      '1',
    ]);
  });

  test('limits the failures of each index, and of indexes', async () => {
    const world = new JobWorld();
    await world.create('limits', { ...indexed, backoffLimitPerIndex: 1 });
    world.succeed(world.indexed(0));
    world.fail(world.indexed(1));
    world.succeed(world.indexed(2));
    await world.pass(12);
    const again = world.indexed(1);
    expect(again.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']).toBe('1');
    world.fail(again);
    await world.pass(3);
    expect(world.job('limits').status).toMatchObject({ completedIndexes: '0,2', failedIndexes: '1', failed: 2 });
    expect(world.conditions('limits')).toEqual(['FailureTarget=True FailedIndexes', 'Failed=True FailedIndexes']);
  });

  test('ends when more indexes failed than may', async () => {
    const world = new JobWorld();
    await world.create('most', { ...indexed, backoffLimitPerIndex: 0, maxFailedIndexes: 1 });
    world.fail(world.indexed(0));
    world.fail(world.indexed(1));
    await world.pass(3);
    expect(world.pods().filter(({ status }) => status?.phase === 'Pending')).toHaveLength(0);
    expect(world.conditions('most').at(-1)).toBe('Failed=True MaxFailedIndexesExceeded');
  });

  test('succeeds early where its policy says so', async () => {
    const world = new JobWorld();
    await world.create('leader', { ...indexed, successPolicy: { rules: [{ succeededIndexes: '0' }] } });
    world.succeed(world.indexed(0));
    await world.pass(3);
    expect(world.conditions('leader')).toEqual([
      'SuccessCriteriaMet=True SuccessPolicy',
      'Complete=True SuccessPolicy',
    ]);
    expect(world.pods()).toHaveLength(1);
  });
});

describe('policies for failures', () => {
  const rules = [
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
  ];

  test('one exit code ends the Job', async () => {
    const world = new JobWorld();
    await world.create('fatal', { podFailurePolicy: { rules } });
    const pod = only(world.running());
    world.fail(pod, 42);
    await world.pass(3);
    expect(world.conditions('fatal')).toEqual(['FailureTarget=True PodFailurePolicy', 'Failed=True PodFailurePolicy']);
    expect(world.job('fatal').status?.conditions?.[1]?.message).toBe(
      `Container a for pod default/${pod.metadata.name} failed with exit code 42 matching FailJob rule at index 0`,
    );
  });

  test('a disruption does not count', async () => {
    const world = new JobWorld();
    await world.create('moved', { backoffLimit: 0, podFailurePolicy: { rules } });
    const pod = only(world.running());
    world.status(pod, { conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    world.fail(pod, 137);
    await world.pass(12);
    expect(world.running()).toHaveLength(1);
    expect(world.job('moved').status?.failed).toBeUndefined();
  });
});

describe('pods that are deleted', () => {
  test('are replaced at once', async () => {
    const world = new JobWorld();
    await world.create('quick');
    const { name } = only(world.pods()).metadata;
    world.server.delete(POD, { namespace: 'default', name });
    await world.pass(12);
    expect(world.job('quick').status).toMatchObject({ failed: 1, active: 1 });
    expect(only(world.pods()).metadata.name).not.toBe(name);
  });

  test('are replaced once they failed, where the Job asks for that', async () => {
    const world = new JobWorld();
    await world.create('calm', { podReplacementPolicy: 'Failed' });
    const pod = only(world.pods());
    const { name } = pod.metadata;
    world.server.amend(POD, { namespace: 'default', name }, (live) => ({
      ...live,
      spec: { ...(live.spec as object), nodeName: 'n' },
    }));
    world.server.delete(POD, { namespace: 'default', name });
    await world.pass(30);
    expect(world.job('calm').status).toMatchObject({ terminating: 1 });
    expect(world.pods()).toHaveLength(1);
    world.fail(pod);
    world.server.delete(POD, { namespace: 'default', name }, { gracePeriodSeconds: 0 });
    await world.pass(12);
    expect(world.job('calm').status).toMatchObject({ failed: 1, active: 1, terminating: 0 });
  });

  test('that belong to nobody are taken over when they fit', async () => {
    const world = new JobWorld();
    const selector = { matchLabels: { app: 'x' } };
    const template = { metadata: { labels: { app: 'x' } }, ...podTemplate() };
    const { spec } = podTemplate();
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'stray', labels: { app: 'x' } }, spec };
    world.server.create(POD, 'default', pod);
    await world.create('adopts', { manualSelector: true, selector, template });
    expect(only(world.pods()).metadata).toMatchObject({
      name: 'stray',
      finalizers: ['batch.kubernetes.io/job-tracking'],
      ownerReferences: [{ kind: 'Job', name: 'adopts', controller: true }],
    });
  });
});
