import { describe, expect, test } from '@jest/globals';
import type { JobSetSpec } from '../../../src/api/jobset.ts';
import { UNREACHABLE_TAINT } from '../../../src/api/taints.ts';
import { role, START, World } from './world.ts';

const ON_DISRUPTION = { onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] };
const policy = (action: string) => ({ podFailurePolicy: { rules: [{ action, ...ON_DISRUPTION }] } });
const UNCOUNTED: JobSetSpec['failurePolicy'] = {
  maxRestarts: 1,
  rules: [{ name: 'free', action: 'RestartJobSetAndIgnoreMaxRestarts', onJobFailureReasons: ['PodFailurePolicy'] }],
};

const node = (name: string, lost: boolean) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: `node-${name}` },
  spec: {
    taints: lost ? [{ key: UNREACHABLE_TAINT, effect: 'NoExecute', timeAdded: new Date(START).toISOString() }] : [],
  },
});

/** Two Jobs, each with a pod on a node of its own; the first one's is lost. */
function lost(job: object, more: Partial<JobSetSpec> = {}, pod: object = {}): World {
  const world = new World({ replicatedJobs: [role('a', { job, pod }), role('b', { job, pod })], ...more }).settle();
  world.pod('js-a-0', 'n1');
  world.pod('js-b-0', 'n2');
  world.objects.push(node('n1', true), node('n2', false));
  return world;
}

/** What one look writes about pods and Jobs. */
function look(world: World): readonly string[] {
  const before = world.log.length;
  world.step();
  return world.log.slice(before);
}

const uids = (world: World) => world.jobs.map(({ metadata }) => metadata.uid);

describe('the node of a pod is lost', () => {
  test('a Job that makes others for pods that go does so at once: the pod is deleted by force, and said to be', () => {
    const world = lost({});
    const before = uids(world);
    expect(world.plan().events).toEqual([
      {
        type: 'Warning',
        reason: 'NodeLost',
        message: expect.stringMatching(/^node n1 does not answer; replacing js-a-0-0-\d+$/),
      },
    ]);
    expect(look(world)).toEqual([expect.stringMatching(/^delete Pod js-a-0-0-\d+ now$/)]);
    expect(uids(world.settle())).toEqual(before);
    expect(world.log.filter((line) => line.endsWith('now'))).toHaveLength(1);
  });

  test('a Job that waits for failed pods would wait for ever: it is made anew, alone', () => {
    const world = lost({ podReplacementPolicy: 'Failed' });
    const before = uids(world);
    expect(look(world).slice(0, 2)).toEqual([
      'delete Job js-a-0',
      expect.stringMatching(/^delete Pod js-a-0-0-\d+ now$/),
    ]);
    world.settle();
    expect(world.jobNames.toSorted()).toEqual(['js-a-0', 'js-b-0']);
    expect(uids(world).filter((uid) => before.includes(uid))).toHaveLength(1);
    expect(world.set.status?.restarts).toBe(0);
  });

  test('so is one that ignores disruptions', () => {
    const world = lost(policy('Ignore'));
    const before = uids(world);
    world.settle();
    expect(uids(world).filter((uid) => before.includes(uid))).toHaveLength(1);
  });

  test('a Job whose own policy is to fail with a disruption has failed, and the set’s rules have the say', () => {
    const world = lost({ backoffLimit: 0, ...policy('FailJob') }, { failurePolicy: UNCOUNTED });
    const before = uids(world);
    world.step();
    expect(world.set.status).toMatchObject({ restarts: 1 });
    expect(world.set.status?.restartsCountTowardsMax ?? 0).toBe(0);
    expect(world.events).toContainEqual(expect.stringMatching(/^NodeLost: node n1 does not answer/));
    world.settle();
    world.reap();
    world.settle();
    expect(world.jobNames.toSorted()).toEqual(['js-a-0', 'js-b-0']);
    expect(uids(world).filter((uid) => before.includes(uid))).toEqual([]);
    expect(world.set.status).toMatchObject({ restarts: 1 });
  });

  test('without rules that fails the set, and nothing of it runs on', () => {
    const world = lost({ backoffLimit: 0, ...policy('FailJob') });
    world.settle();
    expect(world.conditions).toEqual(['Failed=True FailedJobs']);
    world.reap();
    world.settle();
    expect(world.jobNames).toEqual([]);
  });

  test('a toleration in the template is respected, and looked at again when it is over', () => {
    const tolerations = [{ key: UNREACHABLE_TAINT, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }];
    const world = lost({}, {}, { tolerations });
    world.settle();
    expect(world.log.filter((line) => line.endsWith('now'))).toEqual([]);
    expect(world.plan().wakeAt).toBe(START + 60_000);
    world.now = START + 60_000;
    world.settle();
    expect(world.log.filter((line) => line.endsWith('now'))).toHaveLength(1);
  });

  test('a set that is suspended, or has ended, minds no node', () => {
    const world = lost({ podReplacementPolicy: 'Failed' });
    world.edit({ suspend: true });
    world.settle();
    expect(world.log.some((line) => line.startsWith('delete'))).toBe(false);
    expect(world.plan().wakeAt).toBeUndefined();
  });
});
