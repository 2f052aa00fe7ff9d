import { describe, expect, test } from '@jest/globals';
import type { JobSetSpec } from '../../../src/api/jobset.ts';
import { role, START, World } from './world.ts';

type Spec = Partial<JobSetSpec>;
const ab = (more: Spec = {}): Spec => ({ replicatedJobs: [role('a'), role('b', { replicas: 2 })], ...more });
const dependsOn = (name: string, status: 'Ready' | 'Complete') => ({ dependsOn: [{ name, status }] });

describe('the order of starting', () => {
  test('dependsOn Ready: once every Job of the other is ready', () => {
    const world = new World({
      replicatedJobs: [role('a', { replicas: 2 }), role('b', dependsOn('a', 'Ready'))],
    }).settle();
    expect(world.jobNames).toEqual(['js-a-0', 'js-a-1']);
    world.ready('js-a-0');
    expect(world.settle().jobNames).toEqual(['js-a-0', 'js-a-1']);
    world.succeed('js-a-1');
    expect(world.settle().jobNames).toEqual(['js-a-0', 'js-a-1', 'js-b-0']);
  });

  test('dependsOn Complete: once every Job of the other has succeeded', () => {
    const world = new World({ replicatedJobs: [role('a'), role('b', dependsOn('a', 'Complete'))] }).settle();
    world.ready('js-a-0');
    expect(world.settle().jobNames).toEqual(['js-a-0']);
    world.succeed('js-a-0');
    expect(world.settle().jobNames).toEqual(['js-a-0', 'js-b-0']);
  });

  test('startupPolicy InOrder: one after the other, each as the one before is ready', () => {
    const world = new World(ab({ startupPolicy: { startupPolicyOrder: 'InOrder' } })).settle();
    expect(world.jobNames).toEqual(['js-a-0']);
    expect(world.conditions).toEqual(['StartupPolicyInProgress=True InOrderStartupPolicyInProgress']);
    world.ready('js-a-0');
    expect(world.settle().jobNames).toEqual(['js-a-0', 'js-b-0', 'js-b-1']);
    world.ready('js-b-0');
    world.ready('js-b-1');
    world.settle();
    expect(world.conditions).toEqual([
      'StartupPolicyInProgress=False InOrderStartupPolicyInProgress',
      'StartupPolicyCompleted=True InOrderStartupPolicyCompleted',
    ]);
  });
});

describe('success', () => {
  test.each<[string, Spec, readonly string[], boolean]>([
    ['all, and one is missing', ab(), ['js-a-0', 'js-b-0'], false],
    ['all', ab(), ['js-a-0', 'js-b-0', 'js-b-1'], true],
    ['any', ab({ successPolicy: { operator: 'Any' } }), ['js-b-1'], true],
    ['all of a target', ab({ successPolicy: { operator: 'All', targetReplicatedJobs: ['a'] } }), ['js-a-0'], true],
    ['all of another', ab({ successPolicy: { operator: 'All', targetReplicatedJobs: ['b'] } }), ['js-a-0'], false],
    ['any of a target', ab({ successPolicy: { operator: 'Any', targetReplicatedJobs: ['b'] } }), ['js-a-0'], false],
  ])('%s', (_what, spec, done, completed) => {
    const world = new World(spec).settle();
    for (const job of done) world.succeed(job);
    world.settle();
    expect(world.status.terminalState).toBe(completed ? 'Completed' : undefined);
  });

  test('says so, counts it, and stops what still runs', () => {
    const world = new World(ab({ successPolicy: { operator: 'All', targetReplicatedJobs: ['a'] } })).settle();
    world.ready('js-b-0');
    world.succeed('js-a-0');
    world.settle();
    expect(world.conditions).toEqual(['Completed=True AllJobsCompleted']);
    expect(world.events).toEqual(['AllJobsCompleted: jobset completed successfully']);
    expect(world.counts).toEqual(['jobset_completed_total']);
    expect(world.jobNames).toEqual(['js-a-0']);
    expect(world.log.slice(-4)).toEqual(['status', 'delete Job js-b-0', 'delete Job js-b-1', 'status']);
  });

  test('the numbers of each replicated job, the last by name first', () => {
    const world = new World(ab()).settle();
    world.ready('js-b-0');
    world.succeed('js-a-0');
    world.settle();
    expect(world.status.replicatedJobsStatus?.map(({ name }) => name)).toEqual(['b', 'a']);
    expect([world.counted('a'), world.counted('b')]).toEqual(['0/1/0/0/0', '1/0/0/1/0']);
    expect(world.status.restarts).toBe(0);
  });

  test.each<[string, object, object, string]>([
    ['as many pods as run at a time', { parallelism: 3 }, { ready: 2, succeeded: 1 }, '1/0/0/1/0'],
    ['one pod short', { parallelism: 3, completions: 5 }, { ready: 2 }, '0/0/0/1/0'],
    ['fewer completions than that', { parallelism: 3, completions: 2 }, { ready: 2 }, '1/0/0/1/0'],
  ])('a Job is ready with %s', (_what, job, status, counted) => {
    const world = new World({ replicatedJobs: [role('w', { job })] }).settle();
    world.jobStatus('js-w-0', { active: 1, ...status });
    expect(world.settle().counted('w')).toBe(counted);
  });
});

describe('failure', () => {
  test('without a policy the first failed Job fails the set', () => {
    const world = new World(ab()).settle();
    world.fail('js-b-1');
    world.fail('js-a-0');
    world.settle();
    const message = 'jobset failed due to one or more job failures (first failed job: js-b-1)';
    expect(world.status.conditions).toEqual([
      { type: 'Failed', status: 'True', reason: 'FailedJobs', message, lastTransitionTime: '2026-01-01T00:00:02Z' },
    ]);
    expect(world.events).toEqual([`FailedJobs: ${message}`]);
    expect(world.counts).toEqual(['jobset_failed_total']);
    expect(world.jobNames).toEqual(['js-a-0', 'js-b-1']);
    expect(world.status.terminalState).toBe('Failed');
  });

  test('[training 31] maxRestarts: all Jobs anew with the next attempt, then it fails for good', () => {
    const world = new World(ab({ failurePolicy: { maxRestarts: 1 } })).settle();
    world.fail('js-a-0');
    world.settle();
    expect(world.status).toMatchObject({ restarts: 1, restartsCountTowardsMax: 1 });
    expect(world.conditions).toEqual(['RestartingJobSet=True DefaultFailurePolicy']);
    expect(world.events).toContain(
      'RestartJobSetFailurePolicyAction: applying RestartJobSet failure policy action (first failed job: js-a-0)',
    );
    expect(world.jobNames).toHaveLength(3);
    for (const job of world.jobs) {
      expect(job.metadata.labels?.['jobset.sigs.k8s.io/restart-attempt']).toBe('1');
      expect(job.spec.template.metadata?.labels?.['jobset.sigs.k8s.io/restart-attempt']).toBe('1');
    }
    for (const name of world.jobNames) world.ready(name);
    expect(world.settle().conditions).toEqual(['RestartingJobSet=False JobsReady']);
    world.fail('js-b-0');
    world.settle();
    expect(world.conditions).toEqual(['RestartingJobSet=False JobSetFailed', 'Failed=True ReachedMaxRestarts']);
    expect(world.status.restarts).toBe(1);
  });

  const rules = (...list: object[]): Spec => ab({ failurePolicy: { maxRestarts: 0, rules: list } as never });

  test.each<[string, object, string]>([
    ['FailJobSet', { name: 'r', action: 'FailJobSet' }, 'Failed=True FailJobSetFailurePolicyAction'],
    ['RestartJobSet beyond the limit', { name: 'r', action: 'RestartJobSet' }, 'Failed=True ReachedMaxRestarts'],
    [
      'RestartJobSetAndIgnoreMaxRestarts',
      { name: 'r', action: 'RestartJobSetAndIgnoreMaxRestarts' },
      'RestartingJobSet=True FailurePolicy_r',
    ],
    [
      'a rule without a name',
      { action: 'RestartJobSetAndIgnoreMaxRestarts' },
      'RestartingJobSet=True FailurePolicy_failurePolicyRule0',
    ],
    [
      'the reason',
      { name: 'r', action: 'FailJobSet', onJobFailureReasons: ['PodFailurePolicy', 'BackoffLimitExceeded'] },
      'Failed=True FailJobSetFailurePolicyAction',
    ],
    [
      'another reason',
      { name: 'r', action: 'FailJobSet', onJobFailureReasons: ['PodFailurePolicy'] },
      'Failed=True ReachedMaxRestarts',
    ],
    [
      'a pattern in Go’s syntax',
      { name: 'r', action: 'FailJobSet', onJobFailureMessagePatterns: ['(?i)BACKOFF'] },
      'Failed=True FailJobSetFailurePolicyAction',
    ],
    [
      'another pattern',
      { name: 'r', action: 'FailJobSet', onJobFailureMessagePatterns: ['^backoff'] },
      'Failed=True ReachedMaxRestarts',
    ],
    [
      'a pattern that is none',
      { name: 'r', action: 'FailJobSet', onJobFailureMessagePatterns: ['('] },
      'Failed=True ReachedMaxRestarts',
    ],
    [
      'the target',
      { name: 'r', action: 'FailJobSet', targetReplicatedJobs: ['a'] },
      'Failed=True FailJobSetFailurePolicyAction',
    ],
    [
      'another target',
      { name: 'r', action: 'FailJobSet', targetReplicatedJobs: ['b'] },
      'Failed=True ReachedMaxRestarts',
    ],
  ])('a rule that matches by %s', (_what, rule, condition) => {
    const world = new World(rules(rule)).settle();
    world.fail('js-a-0');
    expect(world.settle().conditions).toEqual([condition]);
  });

  test('the first rule that any failed Job matches, whichever Job failed first', () => {
    const world = new World(
      rules(
        { name: 'b', action: 'FailJobSet', targetReplicatedJobs: ['b'] },
        { name: 'a', action: 'RestartJobSetAndIgnoreMaxRestarts', targetReplicatedJobs: ['a'] },
      ),
    ).settle();
    world.fail('js-a-0');
    world.fail('js-b-1');
    world.settle();
    expect(world.status.conditions?.[0]?.message).toBe(
      'applying FailJobSet failure policy action (first failed job: js-b-1)',
    );
  });

  test('RestartJob: that Job alone, counted for it and towards the limit', () => {
    const rule = { name: 'r', action: 'RestartJob' as const };
    const world = new World(ab({ failurePolicy: { maxRestarts: 2, rules: [rule] } })).settle();
    const untouched = world.job('js-a-0').metadata.uid;
    world.fail('js-b-1');
    world.settle();
    expect(world.status).toMatchObject({ restarts: 0 });
    expect(world.status.replicatedJobsStatus?.[0]).toMatchObject({
      jobRestarts: [0, 1],
      jobRestartsCountTowardsMax: [0, 1],
    });
    expect(world.job('js-a-0').metadata.uid).toBe(untouched);
    expect(world.job('js-b-1').metadata.labels?.['jobset.sigs.k8s.io/job-restart-attempt']).toBe('1');
    expect(world.job('js-b-0').metadata.labels?.['jobset.sigs.k8s.io/job-restart-attempt']).toBe('0');
    expect(world.events).toEqual([
      'RestartJobFailurePolicyAction: applying RestartJob failure policy action (first failed job: js-b-1)',
    ]);
    world.fail('js-b-0');
    world.fail('js-b-1');
    world.settle();
    expect(world.conditions).toEqual(['Failed=True ReachedMaxRestarts']);
    expect(world.status.replicatedJobsStatus?.[0]?.jobRestarts).toEqual([1, 1]);
  });

  test('RestartJobAndIgnoreMaxRestarts is not counted towards the limit', () => {
    const world = new World(rules({ name: 'r', action: 'RestartJobAndIgnoreMaxRestarts' })).settle();
    for (let attempt = 0; attempt < 3; attempt++) {
      world.fail('js-a-0');
      world.settle();
    }
    expect(world.status.replicatedJobsStatus?.[1]).toMatchObject({ jobRestarts: [3] });
    expect(world.status.replicatedJobsStatus?.[1]).not.toHaveProperty('jobRestartsCountTowardsMax');
  });

  const failedWithPods = (restartStrategy: 'Recreate' | 'BlockingRecreate'): World => {
    const world = new World(ab({ failurePolicy: { maxRestarts: 1, restartStrategy } })).settle();
    world.pod('js-b-0');
    world.fail('js-a-0');
    return world.settle();
  };

  test('Recreate: each Job as soon as its predecessor and its pods are gone', () => {
    const world = failedWithPods('Recreate');
    const attempts = () =>
      world.jobs.map(({ metadata }) => `${metadata.name} ${metadata.labels?.['jobset.sigs.k8s.io/restart-attempt']}`);
    expect(attempts().sort()).toEqual(['js-a-0 1', 'js-b-0 0', 'js-b-1 1']);
    world.reap();
    world.settle();
    expect(attempts().sort()).toEqual(['js-a-0 1', 'js-b-0 1', 'js-b-1 1']);
  });

  test('BlockingRecreate: none before all are gone', () => {
    const world = failedWithPods('BlockingRecreate');
    expect(world.jobNames).toEqual(['js-b-0']);
    world.reap();
    expect(world.settle().jobNames).toEqual(['js-a-0', 'js-b-0', 'js-b-1']);
  });

  test('a pod on a lost node does not hold the restart up', () => {
    const world = failedWithPods('BlockingRecreate');
    const node = (taints: object[]) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n1', uid: 'n' },
      spec: { taints },
    });
    world.objects.push(node([]));
    world.now += 120_000;
    expect(world.settle().jobNames).toEqual(['js-b-0']);
    world.objects = world.objects.map((object) =>
      object.kind === 'Node' ? node([{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }]) : object,
    );
    world.settle();
    expect(world.log.filter((line) => line.endsWith('now'))).toHaveLength(1);
    expect(world.jobNames).toEqual(['js-a-0', 'js-b-0', 'js-b-1']);
  });
});

describe('suspension', () => {
  const pods = (pod: object, labels: Record<string, string> = {}): Spec => ({
    replicatedJobs: [
      role('w', {
        job: { template: { metadata: { labels }, spec: { containers: [{ name: 'main' }], ...pod } } },
      }),
    ],
  });

  test('Jobs are made suspended, and start as the set does', () => {
    const world = new World({ suspend: true }).settle();
    expect(world.job('js-w-0').spec.suspend).toBe(true);
    expect(world.counted('w')).toBe('0/0/0/0/1');
    expect(world.conditions).toEqual(['Suspended=True SuspendedJobs']);
    world.edit({ suspend: false });
    world.settle();
    expect(world.job('js-w-0').spec.suspend).toBe(false);
    expect(world.conditions).toEqual(['Suspended=False ResumeJobs']);
    expect(world.events).toEqual(['SuspendedJobs: jobset is suspended', 'ResumeJobs: jobset is resumed']);
  });

  test('what a queue wrote meanwhile reaches the Jobs as they start', () => {
    const world = new World({ suspend: true, ...pods({}) }).settle();
    const patched = { nodeSelector: { pool: 'a' }, tolerations: [{ key: 't' }], schedulingGates: [{ name: 'g' }] };
    world.edit({ suspend: false, ...pods(patched, { team: 'x' }) });
    world.settle();
    const { template } = world.job('js-w-0').spec;
    expect(template.spec).toMatchObject(patched);
    expect(template.metadata?.labels).toMatchObject({ team: 'x', 'jobset.sigs.k8s.io/job-index': '0' });
  });

  test('a second admission takes the place of the first; what others put on the pods stays', () => {
    const world = new World({ suspend: true, ...pods({}) }).settle();
    world.edit({ suspend: false, ...pods({ nodeSelector: { spot: 'yes' } }) });
    world.settle();
    world.ready('js-w-0');
    world.objects = world.objects.map((object) =>
      object.kind === 'Job' ? (mergeTemplate(object as never) as never) : object,
    );
    world.edit({ suspend: true, ...pods({}) });
    world.settle();
    expect(world.job('js-w-0').spec.template.spec?.nodeSelector).toEqual({ spot: 'yes' });
    world.log.length = 0;
    world.edit({ suspend: false, ...pods({ nodeSelector: { pool: 'b' } }) });
    world.settle();
    expect(world.log.slice(0, 2)).toEqual(['patch Job js-w-0/status', 'patch Job js-w-0']);
    const { spec, status } = world.job('js-w-0');
    expect(spec.template.spec?.nodeSelector).toEqual({ pool: 'b' });
    expect(spec.template.metadata?.labels).toMatchObject({ 'controller-uid': '1' });
    expect(status?.startTime).toBeUndefined();
  });

  test('a stop and a start without a change leave the Job’s start alone', () => {
    const world = new World().settle();
    world.ready('js-w-0');
    world.edit({ suspend: true });
    world.settle();
    world.edit({ suspend: false });
    world.settle();
    expect(world.log.filter((line) => line.startsWith('patch'))).toEqual(['patch Job js-w-0', 'patch Job js-w-0']);
  });

  test('Jobs start in their order again', () => {
    const world = new World({ replicatedJobs: [role('a'), role('b', dependsOn('a', 'Ready'))] }).settle();
    world.ready('js-a-0');
    world.settle();
    world.edit({ suspend: true });
    world.settle();
    expect(world.jobs.map(({ spec }) => spec.suspend)).toEqual([true, true]);
    world.jobStatus('js-a-0', { active: 0, ready: 0 });
    world.edit({ suspend: false });
    world.settle();
    expect(world.jobs.map(({ spec }) => spec.suspend)).toEqual([false, true]);
    world.ready('js-a-0');
    world.settle();
    expect(world.jobs.map(({ spec }) => spec.suspend)).toEqual([false, false]);
  });

  test('a restart that is cut short by a stop is over', () => {
    const world = new World({ failurePolicy: { maxRestarts: 1 } }).settle();
    world.fail('js-w-0');
    world.settle();
    world.edit({ suspend: true });
    expect(world.settle().conditions).toEqual([
      'RestartingJobSet=False JobSetSuspended',
      'Suspended=True SuspendedJobs',
    ]);
  });
});

describe('the time to live', () => {
  test('runs from the end, and takes the set away', () => {
    const world = new World({ ttlSecondsAfterFinished: 60 }).settle();
    world.succeed('js-w-0');
    world.settle();
    const ended = START + 1000;
    expect(world.plan().wakeAt).toBe(ended + 60_000);
    world.now = ended + 59_000;
    world.step();
    expect(world.gone).toBe(false);
    world.now = ended + 60_000;
    world.step();
    expect(world.gone).toBe(true);
  });

  test('of no seconds: the end is written and counted all the same', () => {
    const world = new World({ ttlSecondsAfterFinished: 0 }).settle();
    world.succeed('js-w-0');
    world.now += 1000;
    world.step();
    expect([world.gone, world.conditions, world.counts]).toEqual([
      false,
      ['Completed=True AllJobsCompleted'],
      ['jobset_completed_total'],
    ]);
    world.step();
    expect(world.gone).toBe(true);
  });

  test('of no seconds, in a set that stands for a TrainJob: long enough for its end to be read there', () => {
    const owner = { apiVersion: 'v1', kind: 'TrainJob', name: 'js', uid: 'owner', controller: true };
    const world = new World({ ttlSecondsAfterFinished: 0 }, { ownerReferences: [owner] }).settle();
    world.fail('js-w-0');
    world.now += 1000;
    world.step();
    world.now += 4000;
    world.step();
    expect(world.gone).toBe(false);
    world.now += 1000;
    world.step();
    expect(world.gone).toBe(true);
  });
});

/** Another controller's label on a Job's pods. */
function mergeTemplate(job: ReturnType<World['job']>): object {
  const { template } = job.spec;
  const labels = { ...template.metadata?.labels, 'controller-uid': '1' };
  return { ...job, spec: { ...job.spec, template: { ...template, metadata: { ...template.metadata, labels } } } };
}
