import { describe, expect, test } from '@jest/globals';
import { running, START, World } from './world.ts';

const kinds = (world: World, verb: string) => world.writes.filter((write) => write.verb === verb).length;
const reasons = (world: World) => (world.plan().events ?? []).map((event) => event.reason);

describe('the life of a PyTorchJob', () => {
  test('[training 4] the Master runs and succeeds', () => {
    const world = running();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    expect(world.status.conditions?.at(-1)).toMatchObject({
      reason: 'PyTorchJobRunning',
      message: 'PyTorchJob j is running.',
    });
    world.exit('j-master-0', 0);
    expect(reasons(world)).toContain('PyTorchJobSucceeded');
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=False', 'Succeeded=True']);
    expect(world.message('Succeeded')).toBe('PyTorchJob j is successfully completed.');
    expect(world.status.completionTime).toBe('2026-01-01T00:00:00Z');
    expect(world.status.replicaStatuses).toMatchObject({
      Master: { active: 0, succeeded: 1 },
      Worker: { active: 0, succeeded: 2 },
    });
  });

  test('[training 5] without a Master all workers must succeed; elastic, any one', () => {
    const world = running({ master: false });
    expect(world.message('Running')).toBe('PyTorchJob ns/j is running.');
    world.exit('j-worker-0', 0);
    world.settle();
    expect(world.conditions).not.toContain('Succeeded=True');
    world.exit('j-worker-1', 0);
    world.settle();
    expect(world.message('Succeeded')).toBe('PyTorchJob ns/j successfully completed.');

    const elastic = running({ master: false, spec: { elasticPolicy: { minReplicas: 1, maxReplicas: 2 } } });
    elastic.exit('j-worker-1', 0);
    elastic.settle();
    expect(elastic.conditions).toContain('Succeeded=True');
  });

  test('a job of four pods costs eight writes, however its pods come and go', () => {
    const world = new World({ workers: 3 });
    world.settle();
    const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
    const pods = ['j-worker-1', 'j-master-0', 'j-worker-0', 'j-worker-2'];
    for (const [i, name] of pods.entries()) {
      world.now = START + i * 1000;
      world.phase(name, 'Running', { startTime: at(i) });
      world.settle();
    }
    for (const [i, name] of ['j-worker-0', 'j-worker-2', 'j-master-0'].entries()) {
      world.now = START + (5 + i) * 1000;
      world.phase(name, 'Succeeded', { startTime: at(5 + i) });
      world.settle();
    }
    expect(world.conditions).toContain('Succeeded=True');
    expect({ creates: kinds(world, 'create'), statuses: kinds(world, 'status'), all: world.writes.length }).toEqual({
      creates: 5,
      statuses: 3,
      all: 8,
    });
  });

  test('counts alone are written once the pods have settled', () => {
    const world = running();
    world.phase('j-worker-0', 'Succeeded', { startTime: new Date(START).toISOString() });
    world.now = START + 1000;
    const plan = world.plan();
    expect(plan.status).toBeUndefined();
    expect(plan.wakeAt).toBe(START + 10_000);
    world.now = START + 10_000;
    world.settle();
    expect(world.status.replicaStatuses?.Worker).toMatchObject({ active: 1, succeeded: 1 });
  });

  test('[training 18] suspended at birth, resumed, suspended again', () => {
    const world = new World({ runPolicy: { suspend: true } });
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Suspended=True']);
    expect(world.children).toEqual([]);
    expect(world.status.startTime).toBeUndefined();
    world.now += 60_000;
    world.edit({ suspend: false });
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Suspended=False']);
    expect(world.status.conditions?.at(-1)).toMatchObject({
      reason: 'PyTorchJobResumed',
      message: 'PyTorchJob j is resumed.',
    });
    expect(world.status.startTime).toBe('2026-01-01T00:01:00Z');
    expect(world.names('Pod')).toHaveLength(3);
    for (const name of world.names('Pod')) world.phase(name ?? '', 'Running');
    world.settle();
    world.edit({ suspend: true });
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=False', 'Suspended=True']);
    expect(world.status.replicaStatuses).toMatchObject({ Master: { active: 0 }, Worker: { active: 0 } });
    world.reap();
    world.settle();
    expect(world.children).toEqual([]);
  });

  test('[training 18] a suspension is written before the pods go, so that a job which is let go at once knows of it', () => {
    const world = running();
    world.edit({ suspend: true });
    const { status, remove, statusFirst } = world.plan();
    expect(status).toMatchObject({
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Suspended' })]),
    });
    expect([remove?.length, statusFirst]).toEqual([4, true]);
  });

  test('pods that a suspension left behind are waited for, not judged', () => {
    const world = running({ restartPolicy: 'Never' });
    world.edit({ suspend: true });
    world.settle();
    world.exit('j-worker-0', 143);
    world.edit({ suspend: false });
    world.settle();
    expect(world.conditions).not.toContain('Failed=True');
    world.reap();
    world.settle();
    expect(world.names('Pod')).toHaveLength(3);
  });

  test('a job that another controller manages is left alone', () => {
    const world = new World({ runPolicy: { managedBy: 'kueue.x-k8s.io/multikueue' } });
    expect(world.plan()).toEqual({ children: [] });
  });

  test('a job that is being deleted gets nothing', () => {
    const world = running();
    world.job = { ...world.job, metadata: { ...world.job.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    world.children = [];
    expect(world.plan()).toEqual({ children: [] });
  });

  test.each([
    ['None', ['j-master-0', 'j-worker-0', 'j-worker-1'], ['j']],
    ['Running', ['j-master-0'], []],
    ['All', [], []],
  ] as const)('[training 17] cleanPodPolicy %s and the time to live', (cleanPodPolicy, pods, services) => {
    const world = running({ runPolicy: { cleanPodPolicy, ttlSecondsAfterFinished: 5 } });
    world.exit('j-master-0', 0);
    world.settle();
    world.reap();
    expect(world.names('Pod')).toEqual(pods);
    expect(world.names('Service')).toEqual(services);
    expect(world.plan().wakeAt).toBe(START + 5000);
    world.now = START + 5000;
    world.step();
    expect(world.gone).toBe(true);
  });
});
