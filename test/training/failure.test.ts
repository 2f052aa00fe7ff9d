import { describe, expect, test } from '@jest/globals';
import type { PodSpec } from '../../src/api/pod-template.ts';
import type { Pod } from '../../src/training/pod-state.ts';
import { podOf } from './shapes.ts';
import { running, START, type World } from './world.ts';

const uidOf = (world: World, name: string) =>
  world.children.find((child) => child.kind === 'Pod' && child.metadata.name === name)?.metadata.uid;
/** All but what says which attempt it is. */
const withoutAttempt = ({ containers: [main], ...spec }: PodSpec) => ({
  ...spec,
  ...main,
  env: main?.env?.filter(({ name }) => name !== 'ARMATURE_ATTEMPT' && name !== 'TORCHELASTIC_RESTART_COUNT'),
});
const DISRUPTED: Pod['status'] = { conditions: [{ type: 'DisruptionTarget', status: 'True' }] };

describe('failures of a PyTorchJob', () => {
  test('[training 12] it restarts until the pod that failed is gone and its successor runs', () => {
    const world = running({ restartPolicy: 'OnFailure' });
    world.phase('j-worker-0', 'Failed');
    world.step(1);
    world.evict('j-worker-0');
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Restarting=True']);
    world.reap();
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Restarting=True']);
    world.phase('j-worker-0', 'Running');
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    expect(world.status.replicaStatuses?.Worker?.active).toBe(2);
  });

  test('[training 12] ExitCode: 130 is replaced and counted once, 1 is final', () => {
    const world = running({ restartPolicy: 'ExitCode' });
    const before = uidOf(world, 'j-worker-0');
    world.exit('j-worker-0', 130);
    const plan = world.step();
    expect(plan.statusFirst).toBe(true);
    expect(plan.counts).toContainEqual(
      expect.objectContaining({ counter: 'training_operator_jobs_restarted_total', by: 1 }),
    );
    expect(plan.events).toContainEqual(
      expect.objectContaining({ reason: 'ExitedWithCode', message: 'Pod: ns.j-worker-0 exited with code 130' }),
    );
    expect(world.conditions).toEqual(['Created=True', 'Restarting=True']);
    expect(world.message('Restarting')).toBe('job j is restarting because Worker replica(s) failed.');
    world.settle();
    expect(uidOf(world, 'j-worker-0')).not.toBe(before);
    expect(world.status.replicaStatuses?.Worker?.restarts).toBe(1);
    world.phase('j-worker-0', 'Running');
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    world.exit('j-worker-1', 1);
    world.settle();
    expect(world.status.conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'PyTorchJobFailed',
      message: 'job "j" is failing because "Worker" replica(s) failed.',
    });
    expect(world.status.completionTime).toBeDefined();
  });

  test('a restart is counted once, though the controller dies after writing it', () => {
    const world = running({ restartPolicy: 'ExitCode' });
    world.exit('j-worker-0', 137);
    world.step(1);
    expect(world.writes.at(-1)?.verb).toBe('status');
    world.settle();
    expect(world.status.replicaStatuses?.Worker?.restarts).toBe(1);
    expect(world.names('Pod')).toHaveLength(3);
  });

  test('[training 13] Never: one failed worker fails the job', () => {
    const world = running({ restartPolicy: 'Never' });
    world.exit('j-worker-0', 1);
    world.settle();
    expect(world.message('Failed')).toBe('PyTorchJob j is failed because 1 Worker replica(s) failed.');
    expect(world.conditions).toEqual(['Created=True', 'Running=False', 'Failed=True']);
  });

  test('[training 14] a crash loop inside running pods reaches the backoff limit; the pods stay', () => {
    const world = running({ runPolicy: { backoffLimit: 2 } });
    world.phase('j-worker-0', 'Running', { containerStatuses: [{ name: 'pytorch', restartCount: 1 }] });
    world.settle();
    expect(world.conditions).not.toContain('Failed=True');
    world.phase('j-worker-0', 'Running', { containerStatuses: [{ name: 'pytorch', restartCount: 2 }] });
    world.settle();
    expect(world.message('Failed')).toBe('Job j has failed because it has reached the specified backoff limit');
    expect(world.names('Pod')).toHaveLength(3);
  });

  test('replacements count towards the backoff limit', () => {
    const world = running({ restartPolicy: 'ExitCode', runPolicy: { backoffLimit: 2 } });
    for (let i = 0; i < 2; i++) {
      world.exit('j-worker-0', 137);
      world.settle();
      expect(world.conditions).toContain('Restarting=True');
      world.phase('j-worker-0', 'Running');
      world.settle();
    }
    world.exit('j-worker-0', 137);
    world.settle();
    expect(world.message('Failed')).toContain('backoff limit');
  });

  test('pods that fail again and again are replaced at a slower pace', () => {
    const world = running({ restartPolicy: 'ExitCode' });
    const crash = () =>
      world.phase('j-worker-0', 'Failed', {
        startTime: new Date(world.now).toISOString(),
        containerStatuses: [{ name: 'pytorch', state: { terminated: { exitCode: 137 } } }],
      });
    for (let i = 0; i < 3; i++) {
      const before = uidOf(world, 'j-worker-0');
      crash();
      world.settle();
      expect(uidOf(world, 'j-worker-0')).not.toBe(before);
    }
    for (const pause of [1000, 2000, 4000]) {
      const before = uidOf(world, 'j-worker-0');
      crash();
      world.settle();
      expect(uidOf(world, 'j-worker-0')).toBe(before);
      expect(world.plan().wakeAt).toBe(world.now + pause);
      world.now += pause;
      world.settle();
      expect(uidOf(world, 'j-worker-0')).not.toBe(before);
    }
    expect(world.status.replicaStatuses?.Worker?.restarts).toBe(6);
  });

  test('[training 15] an evicted pod is replaced with the same index and environment, at no cost to the limit', () => {
    const world = running({ runPolicy: { backoffLimit: 0 } });
    const specOf = () => withoutAttempt(podOf(world, 'j-worker-1').spec);
    const [uid, spec] = [uidOf(world, 'j-worker-1'), specOf()];
    world.phase('j-worker-1', 'Failed', { reason: 'Evicted', ...DISRUPTED });
    world.settle();
    expect(uidOf(world, 'j-worker-1')).not.toBe(uid);
    expect(specOf()).toEqual(spec);
    expect(world.status.replicaStatuses?.Worker?.restarts).toBeUndefined();
  });

  test('[training 16] the deadline fires by itself and starts anew with a resumption', () => {
    const world = running({ runPolicy: { activeDeadlineSeconds: 10 } });
    expect(world.plan().wakeAt).toBe(START + 10_000);
    world.now = START + 5000;
    world.edit({ suspend: true });
    world.settle();
    world.reap();
    world.now = START + 60_000;
    world.settle();
    expect(world.conditions).not.toContain('Failed=True');
    world.edit({ suspend: false });
    world.settle();
    expect(world.plan().wakeAt).toBe(START + 70_000);
    world.now = START + 70_000;
    world.settle();
    expect(world.message('Failed')).toBe('Job j has failed because it was active longer than specified deadline');
  });

  test('a deleted pod is replaced only when it is gone', () => {
    const world = running();
    world.evict('j-worker-0');
    world.settle();
    expect(world.names('Pod')).toHaveLength(3);
    const before = uidOf(world, 'j-worker-0');
    world.reap();
    world.settle();
    expect(uidOf(world, 'j-worker-0')).not.toBe(before);
  });
});
