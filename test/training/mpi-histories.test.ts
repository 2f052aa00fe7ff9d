import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { KubeObject } from '../../src/api/kube.ts';
import { isFinished } from '../../src/training/conditions.ts';
import { type JobSketch, World } from './world.ts';

/** What may happen to an MPIJob over ssh, whose launcher is a Job of Kubernetes' own. */
type Move =
  | { readonly do: 'plan'; readonly writes: number }
  | { readonly do: 'ready' | 'stop' | 'crash' | 'evict'; readonly worker: number }
  | { readonly do: 'launch' | 'finish' | 'giveUp' | 'reap' | 'suspend' | 'resume' | 'place' | 'dropJob' }
  | { readonly do: 'scale'; readonly workers: number }
  | { readonly do: 'wait'; readonly seconds: number };

const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('plan' as const), writes: fc.integer({ min: 0, max: 8 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('ready' as const, 'ready' as const, 'stop' as const, 'crash' as const, 'evict' as const),
      worker: fc.nat(3),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['launch', 'launch', 'finish', 'giveUp', 'reap', 'suspend', 'resume', 'place', 'dropJob'] as const),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('scale' as const), workers: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 60 }) }) },
);

const sketches: fc.Arbitrary<JobSketch> = fc
  .record({
    workers: fc.integer({ min: 0, max: 3 }),
    spec: fc.record({
      transport: fc.constant('ssh'),
      runLauncherAsWorker: fc.boolean(),
      launcherCreationPolicy: fc.constantFrom('AtStartup', 'WaitForWorkersReady'),
    }),
    runPolicy: fc.record(
      {
        cleanPodPolicy: fc.constantFrom('None', 'Running', 'All'),
        backoffLimit: fc.nat(3),
        suspend: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  })
  .map((sketch) => ({ ...sketch, kind: 'MPIJob' }) as JobSketch);

/** Only a Job that is let go can run or end. */
function launcherSays(world: World, status: object): void {
  world.children = world.children.map((child) =>
    child.kind === 'Job' && !(child.spec as { suspend?: boolean }).suspend
      ? ({ ...child, status } as KubeObject)
      : child,
  );
}

const READY = { conditions: [{ type: 'Ready', status: 'True' }] };

function perform(world: World, move: Move): void {
  const worker = 'worker' in move ? (world.names('Pod')[move.worker] ?? '') : '';
  if (move.do === 'plan') world.step(move.writes);
  if (move.do === 'ready') world.phase(worker, 'Running', READY);
  if (move.do === 'stop') world.exit(worker, 0);
  if (move.do === 'crash') world.exit(worker, 137);
  if (move.do === 'evict' && worker) world.evict(worker);
  if (move.do === 'launch') launcherSays(world, { active: 1, ready: 1 });
  if (move.do === 'finish') launcherSays(world, { conditions: [{ type: 'Complete', status: 'True' }] });
  if (move.do === 'giveUp') {
    launcherSays(world, { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] });
  }
  if (move.do === 'dropJob') world.children = world.children.filter(({ kind }) => kind !== 'Job');
  if (move.do === 'reap') world.reap();
  if (move.do === 'suspend') world.edit({ suspend: true });
  if (move.do === 'resume') world.edit({ suspend: false });
  if (move.do === 'scale') world.scale(move.workers);
  if (move.do === 'wait') world.now += move.seconds * 1000;
  if (move.do === 'place') place(world);
}

/** A queue adds a node selector to the launcher. */
function place(world: World): void {
  const specs = world.kind.replicaSpecsOf(world.job.spec) ?? {};
  const { template } = specs.Launcher ?? {};
  const placed = { ...template, spec: { ...template?.spec, nodeSelector: { pool: String(world.now) } } };
  const mpiReplicaSpecs = { ...specs, Launcher: { ...specs.Launcher, template: placed } };
  world.job = { ...world.job, spec: { ...world.job.spec, mpiReplicaSpecs } as never };
}

const named = (world: World) => world.children.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
const secrets = (world: World) =>
  world.writes.filter((write) => write.verb === 'create' && write.object.kind === 'Secret').length;

describe('any history of an MPIJob over ssh', () => {
  test('one of each child, one pair of keys, nothing made after the end, and plans converge', () => {
    fc.assert(
      fc.property(sketches, fc.array(moves, { maxLength: 40 }), (sketch, history) => {
        const world = new World(sketch);
        let writesAtEnd = Number.POSITIVE_INFINITY;
        for (const move of history) {
          const finished = isFinished(world.status);
          if (finished && writesAtEnd === Number.POSITIVE_INFINITY) writesAtEnd = world.writes.length;
          perform(world, move);
          expect(new Set(named(world)).size).toBe(named(world).length);
          if (finished) {
            expect(world.writes.slice(writesAtEnd).filter(({ verb }) => verb === 'create')).toEqual([]);
          }
        }
        world.settle();
        world.reap();
        world.settle();
        const quiet = world.plan();
        expect({ status: quiet.status, remove: quiet.remove ?? [] }).toEqual({ status: undefined, remove: [] });
        expect(secrets(world)).toBeLessThanOrEqual(1);
        if (isFinished(world.status)) return;
        if (world.job.spec.runPolicy?.suspend) {
          expect(world.names('Pod')).toEqual([]);
          expect(world.names('Secret')).toEqual(['j-ssh-job-uid']);
          return;
        }
        for (const name of world.names('Pod')) world.phase(name ?? '', 'Running', READY);
        world.settle();
        expect(world.names('Pod')).toHaveLength(world.wanted - 1);
        expect(world.child('Job', 'j-launcher')?.spec).toMatchObject({ suspend: false });
      }),
      { numRuns: 500 },
    );
  });

  test('a run that is cut after any write ends as the whole one does', () => {
    const live = (cut: number): World => {
      const world = new World({
        kind: 'MPIJob',
        workers: 2,
        runPolicy: { cleanPodPolicy: 'All' },
        spec: { transport: 'ssh' } as never,
      });
      const advance = () => {
        if (world.writes.length < cut) world.step(cut - world.writes.length);
        world.settle();
      };
      advance();
      for (const name of world.names('Pod')) world.phase(name ?? '', 'Running', READY);
      launcherSays(world, { active: 1, ready: 1 });
      advance();
      world.exit('j-worker-1', 137);
      advance();
      world.phase('j-worker-1', 'Running', READY);
      advance();
      launcherSays(world, { conditions: [{ type: 'Complete', status: 'True' }] });
      advance();
      world.reap();
      advance();
      return world;
    };
    const whole = live(0);
    for (let cut = 1; cut <= whole.writes.length; cut++) {
      const world = live(cut);
      expect({ cut, status: world.status, children: named(world) }).toEqual({
        cut,
        status: whole.status,
        children: named(whole),
      });
    }
  });
});
