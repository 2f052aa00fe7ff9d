import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { JobSetSpec } from '../../../src/api/jobset.ts';
import { role, World } from './world.ts';

/** What may happen to a JobSet from outside, and how far the controller gets before it dies. */
type Move =
  | { readonly do: 'plan'; readonly writes: number }
  | { readonly do: 'ready' | 'succeed' | 'fail' | 'pod'; readonly job: number }
  | { readonly do: 'reap' | 'suspend' | 'resume' };

const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('plan' as const), writes: fc.integer({ min: 0, max: 6 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('ready', 'ready', 'succeed', 'fail', 'pod'), job: fc.nat(5) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('reap', 'suspend', 'resume') }) },
);

const action = fc.constantFrom(
  'FailJobSet',
  'RestartJobSet',
  'RestartJobSetAndIgnoreMaxRestarts',
  'RestartJob',
  'RestartJobAndIgnoreMaxRestarts',
);
const rule = fc.record({ action, targetReplicatedJobs: fc.constantFrom([], ['a'], ['b']) });
const specs = fc
  .record({
    replicas: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 })),
    depends: fc.constantFrom(undefined, 'Ready' as const, 'Complete' as const),
    operator: fc.constantFrom('All' as const, 'Any' as const),
    failurePolicy: fc.option(
      fc.record({
        maxRestarts: fc.nat(3),
        restartStrategy: fc.constantFrom('Recreate', 'BlockingRecreate'),
        rules: fc.array(rule, { maxLength: 2 }),
      }),
      { nil: undefined },
    ),
    inOrder: fc.boolean(),
  })
  .map(
    ({ replicas: [a, b], depends, operator, failurePolicy, inOrder }) =>
      ({
        replicatedJobs: [
          role('a', { replicas: a }),
          role('b', { replicas: b, ...(depends && { dependsOn: [{ name: 'a', status: depends }] }) }),
        ],
        successPolicy: { operator },
        ...(failurePolicy && { failurePolicy }),
        ...(inOrder && !depends && { startupPolicy: { startupPolicyOrder: 'InOrder' } }),
      }) as Partial<JobSetSpec>,
  );

/** How many distinct failures of live Jobs there were: no restart may be counted without one. */
class Tally {
  failures = 0;
}

function perform(world: World, move: Move, tally: Tally): void {
  if (move.do === 'plan') world.step(move.writes);
  if (move.do === 'reap') world.reap();
  if (move.do === 'suspend') world.edit({ suspend: true });
  if (move.do === 'resume') world.edit({ suspend: false });
  if (!('job' in move)) return;
  const job = world.jobs[move.job];
  if (!job || job.status?.conditions?.length) return;
  const name = job.metadata.name ?? '';
  if (move.do === 'pod') world.pod(name);
  if (job.spec.suspend) return;
  if (move.do === 'ready') world.ready(name);
  if (move.do === 'succeed') world.succeed(name);
  if (move.do === 'fail') {
    world.fail(name);
    tally.failures += 1;
  }
}

const restartsOf = ({ status }: World): number =>
  (status.restarts ?? 0) +
  (status.replicatedJobsStatus ?? []).flatMap(({ jobRestarts = [] }) => jobRestarts).reduce((a, b) => a + b, 0);

const countedOf = ({ status }: World): number =>
  (status.restartsCountTowardsMax ?? 0) +
  (status.replicatedJobsStatus ?? [])
    .flatMap(({ jobRestartsCountTowardsMax = [] }) => jobRestartsCountTowardsMax)
    .reduce((a, b) => a + b, 0);

function expectSound(world: World, tally: Tally): void {
  expect(new Set(world.jobNames).size).toBe(world.jobNames.length);
  expect(restartsOf(world)).toBeLessThanOrEqual(tally.failures);
  expect(countedOf(world)).toBeLessThanOrEqual(world.set.spec.failurePolicy?.maxRestarts ?? 0);
}

test('any history: no restart is counted twice or beyond the limit, nothing is made after the end, and planning converges', () => {
  fc.assert(
    fc.property(specs, fc.array(moves, { maxLength: 50 }), (spec, history) => {
      const world = new World(spec);
      const tally = new Tally();
      let atEnd: number | undefined;
      for (const move of history) {
        perform(world, move, tally);
        expectSound(world, tally);
        if (world.status.terminalState && atEnd === undefined) atEnd = world.log.length;
      }
      for (let i = 0; i < 3; i++) {
        world.settle();
        world.reap();
      }
      world.settle();
      expectSound(world, tally);
      if (atEnd !== undefined) {
        expect(world.log.slice(atEnd).filter((line) => line.startsWith('create'))).toEqual([]);
        expect(world.jobs.filter((job) => !job.status?.conditions?.length)).toEqual([]);
        return;
      }
      if (world.status.terminalState || world.set.spec.suspend) return;
      const attempt = String(world.status.restarts ?? 0);
      for (const job of world.jobs) expect(job.metadata.labels?.['jobset.sigs.k8s.io/restart-attempt']).toBe(attempt);
      const wanted = world.set.spec.replicatedJobs?.reduce((sum, { replicas = 1 }) => sum + replicas, 0) ?? 0;
      const ordered = world.set.spec.startupPolicy || world.set.spec.replicatedJobs?.[1]?.dependsOn;
      if (!ordered) expect(world.jobs).toHaveLength(wanted);
    }),
    { numRuns: 1500 },
  );
});

/** How often counts are written on the way depends on where the cut falls. */
const withoutStatus = ({ log }: World) => log.filter((line) => line !== 'status');

test('a run that is cut after any write ends as the whole one does', () => {
  const live = (cut: number): World => {
    const world = new World({
      replicatedJobs: [role('a'), role('b', { replicas: 2 })],
      failurePolicy: { maxRestarts: 2 },
    });
    const advance = () => {
      if (world.log.length < cut) world.step(cut - world.log.length);
      world.settle();
    };
    advance();
    for (const name of world.jobNames) world.ready(name);
    advance();
    world.fail('js-b-1');
    advance();
    for (const name of world.jobNames) world.ready(name);
    advance();
    world.edit({ suspend: true });
    advance();
    world.edit({ suspend: false });
    advance();
    for (const name of [...world.jobNames]) world.succeed(name);
    advance();
    return world;
  };
  const whole = live(0);
  expect(whole.status).toMatchObject({ restarts: 1, terminalState: 'Completed' });
  for (let cut = 1; cut <= whole.log.length; cut++) {
    const world = live(cut);
    expect({ cut, status: world.status, names: world.jobNames }).toEqual({
      cut,
      status: whole.status,
      names: whole.jobNames,
    });
    expect(withoutStatus(world)).toHaveLength(withoutStatus(whole).length);
  }
});
