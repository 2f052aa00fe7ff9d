import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isFinished } from '../../src/training/conditions.ts';
import { JOB_KINDS } from '../../src/training/kinds/index.ts';
import { type JobSketch, World } from './world.ts';

/** What may happen to a job from outside, and how far the controller gets before it dies. */
type Move =
  | { readonly do: 'plan'; readonly writes: number }
  | {
      readonly do: 'run' | 'succeed' | 'fail' | 'crash' | 'evict' | 'disrupt' | 'stall' | 'loop' | 'starve';
      readonly pod: number;
    }
  | { readonly do: 'reap' | 'suspend' | 'resume' }
  | { readonly do: 'scale'; readonly workers: number }
  | { readonly do: 'wait'; readonly seconds: number };

const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('plan' as const), writes: fc.integer({ min: 0, max: 8 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'run',
        'run',
        'run',
        'succeed',
        'fail',
        'crash',
        'evict',
        'disrupt',
        'stall',
        'loop',
        'starve',
      ),
      pod: fc.nat(6),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('reap', 'suspend', 'resume') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('scale' as const), workers: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 60 }) }) },
);

const METRICS = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }];
const elasticPolicy = fc.constantFrom(undefined, { minReplicas: 1 }, { maxReplicas: 3, metrics: METRICS });

/** What only one kind has. */
const SPECS: Readonly<Record<string, fc.Arbitrary<object>>> = {
  PyTorchJob: fc.record({ elasticPolicy }),
  PaddleJob: fc.record({ elasticPolicy }),
  TFJob: fc.record({ enableDynamicWorker: fc.boolean(), successPolicy: fc.constantFrom('', 'AllWorkers') }),
};

const sketchesOf = (kind: string): fc.Arbitrary<JobSketch> =>
  fc.record({
    kind: fc.constant(kind),
    master: fc.boolean(),
    workers: fc.integer({ min: 1, max: 3 }),
    others: fc.boolean(),
    spec: (SPECS[kind] ?? fc.constant({})) as fc.Arbitrary<object>,
    restartPolicy: fc.constantFrom('Always', 'OnFailure', 'Never', 'ExitCode'),
    runPolicy: fc.record(
      {
        cleanPodPolicy: fc.constantFrom('None', 'Running', 'All'),
        backoffLimit: fc.nat(3),
        restartScope: fc.constantFrom('Pod', 'Job', 'Job'),
        activeDeadlineSeconds: fc.integer({ min: 20, max: 200 }),
      },
      { requiredKeys: [] },
    ),
  });

function perform(world: World, move: Move): void {
  const pod = 'pod' in move ? (world.names('Pod')[move.pod] ?? '') : '';
  if (move.do === 'plan') world.step(move.writes);
  if (move.do === 'run') world.phase(pod, 'Running');
  if (move.do === 'succeed') world.exit(pod, 0);
  if (move.do === 'fail') world.exit(pod, 1);
  if (move.do === 'crash') world.exit(pod, 137);
  if (move.do === 'stall') world.waits(pod, 'Pending', 'ImagePullBackOff');
  if (move.do === 'loop') world.waits(pod, 'Running', 'CrashLoopBackOff');
  if (move.do === 'starve') world.outOfMemory(pod);
  if (move.do === 'disrupt') {
    world.phase(pod, 'Failed', { conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
  }
  if (move.do === 'evict' && pod) world.evict(pod);
  if (move.do === 'reap') world.reap();
  if (move.do === 'suspend') world.edit({ suspend: true });
  if (move.do === 'resume') world.edit({ suspend: false });
  if (move.do === 'scale') world.scale(move.workers);
  if (move.do === 'wait') world.now += move.seconds * 1000;
}

/** After this every pause before a further attempt is over. */
const LONGEST_PAUSE_MS = 600_000;

/** The identity that must never be live twice: role and index. */
const places = (world: World) =>
  world.children
    .filter((child) => child.kind === 'Pod')
    .map(({ metadata: { labels } }) =>
      [labels?.['training.kubeflow.org/replica-type'], labels?.['training.kubeflow.org/replica-index']].join('/'),
    );

/** No attempt mixes pods of two, and no more of them fail than are allowed. */
function expectWholeAttempts(world: World): void {
  const { restartScope, backoffLimit = Number.POSITIVE_INFINITY } = world.job.spec.runPolicy ?? {};
  if (restartScope !== 'Job') return;
  const pods = world.children.filter((child) => child.kind === 'Pod');
  const attempts = new Set(pods.map(({ metadata }) => metadata.labels?.['armature.dev/attempt']));
  expect(attempts.size).toBeLessThanOrEqual(1);
  expect(world.status.attempt?.failures ?? 0).toBeLessThanOrEqual(backoffLimit);
}

function expectSound(world: World, terminal: boolean, writesAtEnd: number): void {
  expect(new Set(places(world)).size).toBe(places(world).length);
  expectWholeAttempts(world);
  if (!terminal) return;
  const created = world.writes.slice(writesAtEnd).filter((write) => write.verb === 'create');
  expect(created).toEqual([]);
}

describe.each(JOB_KINDS.map(({ kind }) => kind.kind))('any history of a %s', (kind) => {
  test('no place is taken twice, nothing is made after the end, and planning again converges', () => {
    fc.assert(
      fc.property(sketchesOf(kind), fc.array(moves, { maxLength: 40 }), (sketch, history) => {
        const world = new World(sketch);
        let writesAtEnd = Number.POSITIVE_INFINITY;
        for (const move of history) {
          const finished = isFinished(world.status);
          if (finished && writesAtEnd === Number.POSITIVE_INFINITY) writesAtEnd = world.writes.length;
          perform(world, move);
          expectSound(world, finished, writesAtEnd);
        }
        world.settle();
        world.reap();
        world.settle();
        world.now += LONGEST_PAUSE_MS;
        world.settle();
        const quiet = world.plan();
        expect({ status: quiet.status, remove: quiet.remove ?? [] }).toEqual({ status: undefined, remove: [] });
        if (isFinished(world.status) || world.job.spec.runPolicy?.suspend) return;
        // A launcher waits until the others run.
        for (const name of world.names('Pod')) world.phase(name ?? '', 'Running');
        world.settle();
        if (isFinished(world.status)) return;
        expect(world.names('Pod')).toHaveLength(world.wanted);
      }),
      { numRuns: 500 },
    );
  });

  test('a run that is cut after any write ends as the whole one does', () => {
    const live = (cut: number): World => {
      const world = new World({ kind, workers: 3, restartPolicy: 'ExitCode', runPolicy: { cleanPodPolicy: 'All' } });
      const advance = () => {
        if (world.writes.length < cut) world.step(cut - world.writes.length);
        world.settle();
      };
      advance();
      for (const _ of ['workers', 'launcher']) {
        for (const name of world.names('Pod')) world.phase(name ?? '', 'Running');
        advance();
      }
      world.exit('j-worker-1', 137);
      advance();
      world.phase('j-worker-1', 'Running');
      advance();
      const pods = world.names('Pod');
      const decider = pods.find((name) => name === 'j-master-0' || name === 'j-launcher');
      for (const name of decider ? [decider] : pods) world.exit(name ?? '', 0);
      advance();
      world.reap();
      advance();
      return world;
    };
    const whole = live(0);
    for (let cut = 1; cut <= whole.writes.length; cut++) {
      const world = live(cut);
      expect({ cut, status: world.status, children: world.children }).toEqual({
        cut,
        status: whole.status,
        children: whole.children,
      });
      expect(world.writes).toHaveLength(whole.writes.length);
    }
  });
});
