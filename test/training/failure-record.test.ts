import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../src/training/pod-state.ts';
import { podOf } from './shapes.ts';
import { running, START, World } from './world.ts';

const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

function dies(world: World, name: string, terminated: object, more: Pod['status'] = {}): void {
  world.phase(name, 'Failed', { containerStatuses: [{ name: 'pytorch', state: { terminated } }], ...more });
}

const recordsOf = (world: World) => world.status.lastFailures ?? [];

describe('what a job says of a lost pod', () => {
  test('which rank, its exit code and signal, and the last lines of its log, on the status and as an event', () => {
    const world = running({ restartPolicy: 'ExitCode' });
    dies(world, 'j-worker-1', { exitCode: 139, reason: 'Error', message: 'step 41\nstep 42\nSegmentation fault\n' });
    const { events = [] } = world.step();
    expect(recordsOf(world)).toEqual([
      {
        time: '2026-01-01T00:00:00Z',
        attempt: 1,
        pod: 'j-worker-1',
        uid: expect.any(String),
        rank: 2,
        reason: 'Error',
        container: 'pytorch',
        exitCode: 139,
        signal: 'SIGSEGV',
        counted: true,
        log: 'step 41\nstep 42\nSegmentation fault',
        message: 'rank 2 (pod j-worker-1) failed first in attempt 1 (Error, container pytorch, exit code 139, SIGSEGV)',
      },
    ]);
    expect(events.find(({ reason }) => reason === 'RankFailed')).toEqual({
      type: 'Warning',
      reason: 'RankFailed',
      message: `${recordsOf(world)[0]?.message}. It said last:\nstep 41\nstep 42\nSegmentation fault`,
    });
    world.settle();
    expect(recordsOf(world)).toHaveLength(1);
  });

  test.each([
    ['ran out of memory', { exitCode: 137, reason: 'OOMKilled' }, {}, { reason: 'OOMKilled', signal: 'SIGKILL' }],
    [
      'was evicted',
      { exitCode: 137, reason: 'Error' },
      {
        reason: 'Evicted',
        message: 'The node was low on resource: memory.',
        conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' }],
      },
      { reason: 'Evicted', counted: false, message: expect.stringContaining('The node was low on resource: memory.') },
    ],
    [
      'could not start',
      { exitCode: 128, reason: 'StartError', message: 'exec: "pyton": not found' },
      {},
      { reason: 'StartError', log: 'exec: "pyton": not found' },
    ],
  ])('a pod that %s', (_, terminated, more, expected) => {
    const world = running({ restartPolicy: 'ExitCode' });
    dies(world, 'j-worker-0', terminated, more);
    world.step();
    expect(recordsOf(world)[0]).toMatchObject(expected);
  });

  test('the one that began it is told, whatever the order of the ranks', () => {
    const whole = { restartPolicy: 'OnFailure', runPolicy: { restartScope: 'Job' } } as const;
    const later = running(whole);
    dies(later, 'j-master-0', { exitCode: 1, finishedAt: at(9) });
    dies(later, 'j-worker-1', { exitCode: 1, finishedAt: at(7) });
    later.step();
    expect(recordsOf(later)).toMatchObject([{ pod: 'j-worker-1', rank: 2, others: 1 }]);
    expect(recordsOf(later)[0]?.message).toContain('; 1 more pod was lost with it');

    const sameSecond = running(whole);
    dies(sameSecond, 'j-master-0', { exitCode: 134, finishedAt: at(7) });
    dies(sameSecond, 'j-worker-0', { exitCode: 1, finishedAt: at(7) });
    dies(sameSecond, 'j-worker-1', { exitCode: 137, reason: 'OOMKilled', finishedAt: at(7) });
    sameSecond.step();
    expect(recordsOf(sameSecond)).toMatchObject([{ pod: 'j-worker-1', reason: 'OOMKilled', others: 2 }]);
  });

  test('a job that fails for good says of what', () => {
    const world = running({ restartPolicy: 'Never' });
    dies(world, 'j-worker-0', { exitCode: 1, reason: 'Error', message: 'ValueError: no such column' });
    world.settle();
    expect(world.conditions).toContain('Failed=True');
    expect(recordsOf(world)).toMatchObject([{ rank: 1, exitCode: 1, log: 'ValueError: no such column' }]);

    const loop = running({ runPolicy: { backoffLimit: 1 } });
    loop.phase('j-worker-0', 'Running', {
      containerStatuses: [
        { name: 'pytorch', restartCount: 1, lastState: { terminated: { exitCode: 2, message: 'no data' } } },
      ],
    });
    loop.settle();
    expect(recordsOf(loop)).toMatchObject([{ pod: 'j-worker-0', exitCode: 2, log: 'no data' }]);
  });

  test('the status keeps the five latest, and of each log so much as an object can hold', () => {
    const world = running({ restartPolicy: 'ExitCode' });
    for (let i = 0; i < 8; i++) {
      dies(world, 'j-worker-0', { exitCode: 137, message: `${'x'.repeat(4000)}\n${i}` });
      world.now += 600_000;
      world.settle();
      world.phase('j-worker-0', 'Running');
      world.settle();
    }
    expect(recordsOf(world).map(({ attempt }) => attempt)).toEqual([4, 5, 6, 7, 8]);
    for (const { log = '' } of recordsOf(world)) expect(log.length).toBeLessThanOrEqual(1200);
    expect(recordsOf(world).at(-1)?.log).toMatch(/^….*x\n7$/);
  });

  test('the end of the log is asked for, unless the author of the job has another wish', () => {
    const world = new World();
    world.settle();
    expect(podOf(world, 'j-worker-0').spec.containers[0]).toMatchObject({
      terminationMessagePolicy: 'FallbackToLogsOnError',
    });
    const container = { name: 'pytorch', image: 'i', terminationMessagePolicy: 'File' };
    const own = new World({
      spec: { pytorchReplicaSpecs: { Worker: { template: { spec: { containers: [container] } } } } },
    });
    own.settle();
    expect(podOf(own, 'j-worker-0').spec.containers[0]).toMatchObject({ terminationMessagePolicy: 'File' });
  });
});
