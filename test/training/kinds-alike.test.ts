import { describe, expect, test } from '@jest/globals';
import { JOB_KINDS } from '../../src/training/kinds/index.ts';
import { podOf, settled, started } from './shapes.ts';
import { type JobSketch, START, World } from './world.ts';

/** The conformance cases that ask the same of every kind. */

const ALL: readonly [string, JobSketch][] = [
  ...JOB_KINDS.map(({ kind }): [string, JobSketch] => [kind.kind, { kind: kind.kind }]),
  ['MPIJob over ssh', { kind: 'MPIJob', spec: { transport: 'ssh' } as never }],
];

test.each(ALL)('[training 19] %s: another’s job gets no pods, no other objects and no status', (_name, sketch) => {
  const world = new World({ ...sketch, runPolicy: { managedBy: 'kueue.x-k8s.io/multikueue' } });
  const spec = structuredClone(world.job.spec);
  world.settle();
  expect([world.children, world.job.status, world.plan().wakeAt]).toEqual([[], undefined, undefined]);
  expect(world.job.spec).toEqual(spec);
  world.edit({ suspend: true });
  world.settle();
  expect([world.children, world.job.status]).toEqual([[], undefined]);
});

describe.each(ALL)('%s', (_name, sketch) => {
  /** Every pod runs, and a launcher's Job with them. */
  function run(world: World): World {
    world.settle();
    // A launcher by exec waits for its workers.
    for (let i = 0; i < 2; i++) {
      for (const name of world.names('Pod')) world.phase(name ?? '', 'Running');
      world.children = world.children.map((child) =>
        child.kind === 'Job' ? ({ ...child, status: { active: 1, ready: 1 } } as never) : child,
      );
      world.settle();
    }
    return world;
  }

  test('[training 16] its deadline fires by itself, is exact, and is counted anew from a resumption', () => {
    const world = run(new World({ ...sketch, runPolicy: { activeDeadlineSeconds: 10 } }));
    expect(world.plan().wakeAt).toBe(START + 10_000);
    world.now += 9_000;
    world.edit({ suspend: true });
    world.settle();
    world.reap();
    world.edit({ suspend: false });
    world.settle();
    world.reap();
    run(world);
    world.now += 9_999;
    world.settle();
    expect(world.conditions.at(-1)).toBe('Running=True');
    world.now += 1;
    world.settle();
    expect(world.conditions.at(-1)).toBe('Failed=True');
    expect(world.message('Failed')).toContain('was active longer than specified deadline');
    expect(world.status.completionTime).toBe('2026-01-01T00:00:19Z');
  });

  test('[training 18] suspended at birth it has no pods; resumed it has, with a start time; suspended again it has none', () => {
    const world = new World({ ...sketch, runPolicy: { suspend: true } });
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Suspended=True']);
    expect([world.names('Pod'), world.status.startTime]).toEqual([[], undefined]);
    world.now += 60_000;
    world.edit({ suspend: false });
    run(world);
    const pods = world.names('Pod');
    expect(pods.length).toBeGreaterThan(0);
    expect(world.conditions).toEqual(['Created=True', 'Suspended=False', 'Running=True']);
    expect(world.status.startTime).toBe('2026-01-01T00:01:00Z');
    world.edit({ suspend: true });
    world.settle();
    world.reap();
    world.settle();
    expect(world.names('Pod')).toEqual([]);
    expect(world.conditions.toSorted()).toEqual(['Created=True', 'Running=False', 'Suspended=True']);
    for (const { active } of Object.values(world.status.replicaStatuses ?? {})) expect(active).toBe(0);
  });
});

describe('what the author leaves out has the kind’s defaults, in memory only', () => {
  test.each([
    ['TFJob', 'tfReplicaSpecs', 'tensorflow', 'tfjob-port', 2222, 'Never'],
    ['PyTorchJob', 'pytorchReplicaSpecs', 'pytorch', 'pytorchjob-port', 23456, 'OnFailure'],
    ['XGBoostJob', 'xgbReplicaSpecs', 'xgboost', 'xgboostjob-port', 9999, 'Never'],
    ['PaddleJob', 'paddleReplicaSpecs', 'paddle', 'master', 36543, 'OnFailure'],
    ['JAXJob', 'jaxReplicaSpecs', 'jax', 'jaxjob-port', 6666, 'Never'],
  ] as const)('[training 20] %s', (kind, field, container, name, containerPort, restartPolicy) => {
    const replica = { template: { spec: { containers: [{ name: container, image: 'train:1' }] } } };
    const leader = kind === 'XGBoostJob' ? { Master: replica } : {};
    const spec = { [field]: { ...leader, Worker: replica } };
    const world = started(kind, structuredClone(spec));
    const pods = world.names('Pod');
    expect(pods).toEqual([...(kind === 'XGBoostJob' ? ['j-master-0'] : []), 'j-worker-0']);
    const pod = podOf(world, 'j-worker-0').spec;
    expect(pod.restartPolicy).toBe(restartPolicy);
    expect(pod.containers[0]?.ports).toEqual([{ name, containerPort }]);
    world.exit(pods[0] ?? '', 0);
    world.settle();
    expect(world.conditions.at(-1)).toBe('Succeeded=True');
    expect(world.names('Pod')).toEqual(pods);
    expect(world.job.spec).toEqual(spec);
  });

  test.each([
    ['exec', {}, 'j-worker-0', 'Never'],
    ['ssh', { transport: 'ssh' }, 'j-worker-0', 'Never'],
  ])('[training 20] MPIJob by %s: no workers unless they are asked for', (_transport, more, worker, restartPolicy) => {
    const replica = { template: { spec: { containers: [{ name: 'mpi', image: 'train:1' }] } } };
    const alone = settled('MPIJob', { ...more, mpiReplicaSpecs: { Launcher: replica, Worker: replica } });
    expect(alone.names('Pod').filter((name) => name?.includes('worker'))).toEqual([]);
    const workers = { Launcher: replica, Worker: { ...replica, replicas: 1 } };
    const world = settled('MPIJob', { ...more, mpiReplicaSpecs: workers });
    expect(podOf(world, worker).spec.restartPolicy).toBe(restartPolicy);
    expect(podOf(world, worker).spec.containers[0]?.ports).toBeUndefined();
  });
});

describe('counters move once for each event', () => {
  const COUNTED = /^training_operator_jobs_(\w+)_total$/;

  /** What the plans count, as the job goes from its beginning through `fate` to its end. */
  function counted(sketch: JobSketch, fate: (world: World) => void): Record<string, number> {
    const counts: Record<string, number> = {};
    const world = new World(sketch);
    const plan = () => {
      for (let i = 0; i < 20 && !world.gone; i++) {
        const { counts: found = [] } = world.step();
        for (const { counter, by = 1, labels } of found) {
          const [, word] = COUNTED.exec(counter) ?? [];
          if (!word) continue;
          expect(labels).toEqual({ job_namespace: 'ns', framework: world.kind.framework });
          counts[word] = (counts[word] ?? 0) + by;
        }
      }
    };
    plan();
    for (const name of world.names('Pod')) world.phase(name ?? '', 'Running');
    plan();
    fate(world);
    plan();
    plan();
    return counts;
  }

  test.each(JOB_KINDS.map(({ kind }) => kind.kind))('[training 35] %s', (kind) => {
    const all = (code: number) => (world: World) => {
      for (const name of world.names('Pod')) world.exit(name ?? '', code);
    };
    const sketch = { kind, workers: 1 };
    expect(counted(sketch, all(0))).toEqual({ created: 1, successful: 1 });
    expect(counted({ ...sketch, restartPolicy: 'Never' }, all(1))).toEqual({ created: 1, failed: 1 });
    const signalled = counted({ ...sketch, restartPolicy: 'ExitCode' }, (world) => {
      world.exit('j-worker-0', 130);
    });
    expect(signalled).toEqual({ created: 1, restarted: 1 });
  });

  test('[training 35] a job whose time to live is over', () => {
    const sketch = { runPolicy: { ttlSecondsAfterFinished: 0 } };
    const counts = counted(sketch, (world) => world.exit('j-master-0', 0));
    expect(counts).toEqual({ created: 1, successful: 1, deleted: 1 });
  });
});
