import { describe, expect, test } from '@jest/globals';
import type { RunPolicy } from '../../src/api/job.ts';
import { BATCH_JOB } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import type { EnvVar, PodSpec } from '../../src/api/pod-template.ts';
import { UNREACHABLE_TAINT } from '../../src/api/taints.ts';
import type { Plan } from '../../src/runtime/domain.ts';
import type { Pod } from '../../src/training/pod-state.ts';
import { podOf } from './shapes.ts';
import { World } from './world.ts';

const DISRUPTED = { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] };

const jobOf = (world: World): KubeObject => world.child(BATCH_JOB.kind, 'j-launcher') as KubeObject;
const templateOf = (world: World) =>
  (jobOf(world).spec as { template: { metadata: { labels: Record<string, string> }; spec: PodSpec } }).template;
const attemptIn = ({ containers }: PodSpec) =>
  containers[0]?.env?.find(({ name }: EnvVar) => name === 'ARMATURE_ATTEMPT')?.value;

/** The pod that Kubernetes made for the launcher's Job. */
function launcher(world: World, more: Partial<Pod> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { nodeName: 'node-1' },
    status: { phase: 'Running' },
    ...more,
    metadata: {
      name: 'j-launcher-x',
      labels: templateOf(world).metadata.labels,
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          name: 'j-launcher',
          uid: jobOf(world).metadata.uid ?? '',
          controller: true,
        },
      ],
      ...more.metadata,
    },
  };
}

function says(world: World, status: object): void {
  world.children = world.children.map((child) => (child.kind === BATCH_JOB.kind ? { ...child, status } : child));
}

/** Workers and launcher run. */
function run(world: World): World {
  world.settle();
  for (const name of world.names('Pod')) world.phase(name ?? '', 'Running');
  says(world, { active: 1, ready: 1 });
  world.launchers = [launcher(world)];
  world.settle();
  return world;
}

const begun = (runPolicy: RunPolicy = {}): World =>
  run(
    new World({
      kind: 'MPIJob',
      runPolicy: { restartScope: 'Job', ...runPolicy },
      spec: { transport: 'ssh' } as never,
    }),
  );

function launcherFails(world: World, exitCode: number): void {
  const containerStatuses = [{ name: 'mpi', state: { terminated: { exitCode, reason: 'Error' } } }];
  world.launchers = [launcher(world, { status: { phase: 'Failed', containerStatuses } })];
  says(world, { failed: 1, conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] });
}

const removed = (plan: Plan) =>
  (plan.remove ?? []).map(
    ({ object, foreground, gracePeriodSeconds }) =>
      `${object.kind} ${object.metadata.name}${foreground ? ' with its pods' : ''}${gracePeriodSeconds === 0 ? ' by force' : ''}`,
  );

describe('an MPIJob over ssh that restarts as a whole', () => {
  test('its launcher is tried once in each attempt, and every pod is told which one it is', () => {
    const world = begun({ backoffLimit: 5, activeDeadlineSeconds: 100 });
    expect(jobOf(world).spec).toMatchObject({ backoffLimit: 0, podReplacementPolicy: 'Failed' });
    expect(jobOf(world).spec).not.toHaveProperty('activeDeadlineSeconds');
    expect(templateOf(world).spec.restartPolicy).toBe('Never');
    expect(attemptIn(templateOf(world).spec)).toBe('1');
    expect(attemptIn(podOf(world, 'j-worker-1').spec)).toBe('1');
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
  });

  test('a launcher that fails takes the workers with it, and that counts', () => {
    const world = begun({ backoffLimit: 1 });
    launcherFails(world, 3);
    const plan = world.step();
    expect([plan.statusFirst, plan.children]).toEqual([true, []]);
    expect(removed(plan)).toEqual(['Pod j-worker-0', 'Pod j-worker-1']);
    expect(world.status.attempt).toEqual({ number: 2, failures: 1 });
    expect(world.status.lastFailures).toMatchObject([{ pod: 'j-launcher', rank: 0, exitCode: 3, node: 'node-1' }]);
    expect(removed(world.step())).toContain('Job j-launcher with its pods');
    world.reap();
    world.launchers = [];
    run(world);
    expect(attemptIn(templateOf(world).spec)).toBe('2');
    expect(attemptIn(podOf(world, 'j-worker-0').spec)).toBe('2');
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);

    launcherFails(world, 3);
    world.settle();
    expect(world.conditions.at(-1)).toBe('Failed=True');
    expect(world.message('Failed')).toContain('Job j has failed because it has reached the specified backoff limit');
  });

  test('a worker that the cluster takes away takes the launcher with it, at no cost; nothing is made before all are gone', () => {
    const world = begun({ backoffLimit: 0 });
    world.phase('j-worker-0', 'Failed', DISRUPTED);
    world.step();
    expect(world.status.attempt).toEqual({ number: 2 });
    const held = { ...jobOf(world), metadata: { ...jobOf(world).metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    world.settle();
    world.reap();
    world.children.push(held);
    world.settle();
    expect(world.names('Pod')).toEqual([]);
    world.reap();
    world.settle();
    expect(world.names('Pod')).toEqual(['j-worker-0', 'j-worker-1']);
    expect(attemptIn(templateOf(world).spec)).toBe('2');
  });

  test.each([
    ['the cluster takes away', DISRUPTED],
    ['somebody deletes', {}],
  ])('a launcher that %s costs nothing', (_who, status) => {
    const world = begun({ backoffLimit: 0 });
    const going = { deletionTimestamp: '2026-01-01T00:00:30Z' };
    const { metadata, ...pod } = launcher(world, { status: { phase: 'Running', ...status } });
    world.launchers = [{ ...pod, metadata: { ...metadata, ...going } }];
    world.step();
    expect(world.status.attempt).toEqual({ number: 2 });
    world.settle();
    // Seen late, the same pod is no loss of the next attempt.
    expect(world.status.attempt).toEqual({ number: 2 });
  });

  test('a suspension in between is an attempt of its own', () => {
    const world = begun();
    world.edit({ suspend: true });
    world.settle();
    world.reap();
    says(world, { active: 0 });
    world.launchers = [];
    world.edit({ suspend: false });
    world.settle();
    world.reap();
    run(world);
    expect(attemptIn(templateOf(world).spec)).toBe('2');
    expect(world.status.attempt).toEqual({ number: 2 });
  });
});

describe('the node of a launcher over ssh is lost:', () => {
  const lost = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1' },
    spec: { taints: [{ key: UNREACHABLE_TAINT, effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' }] },
  };

  test('its Job goes with it, for that would wait for the node to come back', () => {
    const world = begun({ restartScope: 'Pod' });
    world.nodes = [lost];
    const plan = world.step();
    expect(removed(plan)).toEqual(['Job j-launcher with its pods', 'Pod j-launcher-x by force']);
    expect(plan.events?.map(({ reason, message }) => `${reason}: ${message}`)).toContain(
      'NodeLost: node node-1 does not answer; replacing j-launcher',
    );
    world.launchers = [];
    world.nodes = [];
    run(world);
    expect(world.names('Pod')).toEqual(['j-worker-0', 'j-worker-1']);
    expect(world.conditions.at(-1)).toBe('Running=True');
  });

  test('with restartScope Job everything is begun anew, at no cost', () => {
    const world = begun({ backoffLimit: 0 });
    world.nodes = [lost];
    const plan = world.step();
    expect(removed(plan)).toEqual([
      'Pod j-worker-0',
      'Pod j-worker-1',
      'Job j-launcher with its pods',
      'Pod j-launcher-x by force',
    ]);
    expect(world.status.attempt).toEqual({ number: 2 });
    expect(world.status.lastFailures).toMatchObject([{ pod: 'j-launcher', reason: 'NodeLost', counted: false }]);
  });
});
