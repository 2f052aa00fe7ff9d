import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../src/training/pod-state.ts';
import { diagnose, STEADY_MS, UNSCHEDULABLE_MS } from '../../src/training/trouble.ts';
import { running, START, World } from './world.ts';

const at = (ms: number) => new Date(START + ms).toISOString();
const pod = (phase: string, status: Pod['status'] = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  status: { phase, ...status },
});
const main = (phase: string, container: object): Pod =>
  pod(phase, { containerStatuses: [{ name: 'pytorch', ...container }] });
const waiting = (reason: string, message?: string) => ({ state: { waiting: { reason, message } } });
const NOTHING_SAID: ReadonlySet<string> = new Set();
const reasonOf = (observed: Pod, now = START, said = NOTHING_SAID) => diagnose(observed, now, said).trouble?.reason;

describe('diagnose', () => {
  test.each([
    ['ErrImagePull', 'ImagePullBackOff'],
    ['ImagePullBackOff', 'ImagePullBackOff'],
    ['InvalidImageName', 'InvalidImageName'],
    ['CreateContainerConfigError', 'CreateContainerConfigError'],
    ['CrashLoopBackOff', 'CrashLoopBackOff'],
    ['ContainerCreating', undefined],
    ['PodInitializing', undefined],
  ])('a container that waits with %s', (reason, told) => {
    expect(reasonOf(main('Pending', waiting(reason)))).toBe(told);
    const inits = [{ name: 'fetch', ...waiting(reason) }];
    expect(reasonOf(pod('Pending', { initContainerStatuses: inits }))).toBe(told);
  });

  test('says what the kubelet said', () => {
    const { trouble } = diagnose(
      main('Pending', waiting('CreateContainerConfigError', 'secret "s" not found')),
      START,
      NOTHING_SAID,
    );
    expect(trouble?.message).toBe('container pytorch refers to something that is not there: secret "s" not found');
  });

  test('no node: only after a while, and a gate is no trouble', () => {
    const unscheduled = (reason: string) =>
      pod('Pending', {
        conditions: [
          { type: 'PodScheduled', status: 'False', reason, message: '0/4 nodes', lastTransitionTime: at(0) },
        ],
      });
    const due = START + UNSCHEDULABLE_MS;
    expect(diagnose(unscheduled('Unschedulable'), due - 1, NOTHING_SAID)).toEqual({ wake: due });
    expect(diagnose(unscheduled('Unschedulable'), due, NOTHING_SAID).trouble).toEqual({
      reason: 'Unschedulable',
      message: 'finds no node: 0/4 nodes',
    });
    expect(diagnose(unscheduled('SchedulingGated'), due, NOTHING_SAID)).toEqual({});
  });

  test('out of memory, in whichever way it shows', () => {
    const terminated = { exitCode: 137, reason: 'OOMKilled' };
    expect(reasonOf(main('Failed', { state: { terminated } }))).toBe('OOMKilled');
    expect(reasonOf(main('Running', { ...waiting('CrashLoopBackOff'), lastState: { terminated } }))).toBe('OOMKilled');
    const again = main('Running', { state: { running: { startedAt: at(0) } }, lastState: { terminated } });
    expect(diagnose(again, START, NOTHING_SAID)).toMatchObject({
      trouble: { reason: 'OOMKilled' },
      wake: START + STEADY_MS,
    });
    expect(diagnose(again, START + STEADY_MS, NOTHING_SAID)).toEqual({});
  });

  test('a crash loop that was said lasts until the container runs steadily; a single restart is none', () => {
    const lastState = { terminated: { exitCode: 1, reason: 'Error' } };
    const again = main('Running', { restartCount: 3, state: { running: { startedAt: at(0) } }, lastState });
    const said = new Set(['CrashLoopBackOff']);
    expect(reasonOf(again)).toBeUndefined();
    expect(reasonOf(again, START, said)).toBe('CrashLoopBackOff');
    expect(reasonOf(again, START + STEADY_MS, said)).toBeUndefined();
    const done = main('Running', { state: { terminated: { exitCode: 0, reason: 'Completed' } } });
    expect(reasonOf(done, START, said)).toBeUndefined();
  });

  test('what is over or on its way out is not in trouble', () => {
    const terminated = { exitCode: 137, reason: 'OOMKilled' };
    expect(reasonOf(main('Succeeded', { state: { terminated } }))).toBeUndefined();
    expect(reasonOf(main('Failed', { state: { terminated: { exitCode: 1, reason: 'Error' } } }))).toBeUndefined();
    const going = main('Pending', waiting('ImagePullBackOff'));
    expect(reasonOf({ ...going, metadata: { name: 'p', deletionTimestamp: at(0) } })).toBeUndefined();
  });
});

const statuses = (world: World) => world.writes.filter(({ verb }) => verb === 'status').length;
const warnings = (world: World) =>
  (world.step().events ?? []).filter(({ type }) => type === 'Warning').map(({ reason }) => reason);
const trouble = (world: World) => world.status.conditions?.find(({ type }) => type === 'PodTrouble');

describe('trouble of pods, said on the job', () => {
  test('one condition and one event for each distinct reason, however many pods and looks', () => {
    const world = new World({ workers: 3 });
    world.settle();
    for (const name of ['j-worker-0', 'j-worker-1', 'j-worker-2'])
      world.waits(name, 'Pending', 'ErrImagePull', 'no such image');
    const before = statuses(world);
    expect(world.plan().events).toEqual([
      {
        type: 'Warning',
        reason: 'ImagePullBackOff',
        message: 'pod j-worker-0 and 2 more: container pytorch cannot pull its image: no such image',
      },
    ]);
    expect(warnings(world)).toEqual(['ImagePullBackOff']);
    for (let look = 0; look < 5; look++) {
      world.now += 5000;
      world.waits('j-worker-0', 'Pending', look % 2 ? 'ErrImagePull' : 'ImagePullBackOff', `look ${look}`);
      expect(warnings(world)).toEqual([]);
    }
    expect(statuses(world) - before).toBe(1);
    expect(trouble(world)).toMatchObject({ status: 'True', reason: 'ImagePullBackOff' });
    expect(world.conditions.at(-1)).toBe('Created=True');

    world.waits('j-master-0', 'Pending', 'CreateContainerConfigError');
    expect(warnings(world)).toEqual(['CreateContainerConfigError']);
    expect(trouble(world)?.reason).toBe('CreateContainerConfigError,ImagePullBackOff');
    expect(statuses(world) - before).toBe(2);
  });

  test('it is taken back along with the next change, or once the pods are quiet', () => {
    const world = new World({ workers: 1 });
    world.settle();
    world.waits('j-worker-0', 'Pending', 'ImagePullBackOff');
    world.settle();
    const before = statuses(world);
    for (const name of ['j-master-0', 'j-worker-0']) world.phase(name, 'Running', { startTime: at(0) });
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    expect(statuses(world) - before).toBe(1);

    world.waits('j-worker-0', 'Running', 'CrashLoopBackOff');
    world.settle();
    expect(world.conditions).toEqual(['PodTrouble=True', 'Created=True', 'Running=True']);
    world.phase('j-worker-0', 'Running', { startTime: at(0) });
    expect(world.plan()).toMatchObject({ wakeAt: START + 10_000 });
    expect(world.plan().status).toBeUndefined();
    world.now += 10_000;
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
  });

  test('a failure says what the pods suffered from, and leaves no trouble behind', () => {
    const world = running({ restartPolicy: 'Never' });
    world.outOfMemory('j-worker-1');
    expect(warnings(world)).toEqual(['RankFailed', 'OOMKilled', 'PyTorchJobFailed']);
    expect(world.message('Failed')).toBe(
      'PyTorchJob j is failed because 1 Worker replica(s) failed. (OOMKilled: pod j-worker-1: container pytorch was killed because it used more memory than its limit)',
    );
    expect(trouble(world)).toBeUndefined();
  });

  test('pods that are replaced for want of memory cost no writes of their own', () => {
    const world = running({ restartPolicy: 'OnFailure' });
    world.phase('j-master-0', 'Running', { startTime: at(0) });
    const before = statuses(world);
    world.outOfMemory('j-worker-0');
    expect(warnings(world)).toEqual(['RankFailed', 'PyTorchJobRestarting', 'OOMKilled']);
    world.step();
    for (const name of ['j-master-0', 'j-worker-0', 'j-worker-1']) world.phase(name, 'Running', { startTime: at(0) });
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    expect(statuses(world) - before).toBe(2);
  });

  test('a suspended job is in no trouble', () => {
    const world = new World({ workers: 1 });
    world.settle();
    world.waits('j-worker-0', 'Pending', 'ImagePullBackOff');
    world.settle();
    world.edit({ suspend: true });
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Suspended=True']);
  });
});
