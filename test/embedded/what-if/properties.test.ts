import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Arrival, type Pool, type Scenario, simulate } from '../../../src/embedded/what-if/index.ts';
import { HOUR, job, MINUTE, pool, priorityClass, quota, scenario } from './day.ts';

type SomeDay = typeof someDay extends fc.Arbitrary<infer T> ? T : never;

const someJob = fc.record({
  at: fc.integer({ min: 0, max: 300 }),
  minutes: fc.integer({ min: 1, max: 120 }),
  workers: fc.integer({ min: 1, max: 4 }),
  gpus: fc.integer({ min: 1, max: 8 }),
  important: fc.boolean(),
  checkpoint: fc.boolean(),
  namespace: fc.constantFrom('a', 'b'),
});

const somePool = fc.record({
  count: fc.integer({ min: 1, max: 3 }),
  grows: fc.boolean(),
  spot: fc.boolean(),
});

const someDay = fc.record({
  jobs: fc.array(someJob, { minLength: 1, maxLength: 25 }),
  pools: fc.array(somePool, { minLength: 1, maxLength: 2 }),
  limited: fc.boolean(),
  seed: fc.nat(),
});

function dayOf({ jobs, pools, limited, seed }: SomeDay): Scenario {
  const arrivals = jobs.map(
    ({ important, checkpoint, ...rest }, index): Arrival =>
      job(`job-${index}`, {
        ...rest,
        gang: true,
        ...(important && { priorityClassName: 'high' }),
        ...(checkpoint && { checkpointMs: 5 * MINUTE }),
      }),
  );
  const made = pools.map(
    ({ count, grows, spot }, index): Pool =>
      pool(8, count, {
        name: `pool-${index}`,
        ...(grows && { autoscaling: { min: 1, max: 4, scaleUpMs: 2 * MINUTE, scaleDownMs: 5 * MINUTE } }),
        ...(spot && { spot: { interruptionsPerHour: 0.3, replaceMs: 4 * MINUTE } }),
      }),
  );
  return scenario(arrivals, made, {
    seed,
    until: Date.UTC(2027, 0, 1),
    objects: [priorityClass('high', 100), ...(limited ? [quota('b', { 'requests.nvidia.com/gpu': '32' })] : [])],
  });
}

/** Whether the pods of a job have room on the nodes that there always are. */
function fits({ job }: Arrival, pools: readonly Pool[]): boolean {
  const { jaxReplicaSpecs } = job.spec as {
    readonly jaxReplicaSpecs: {
      readonly Worker: {
        readonly replicas: number;
        readonly template: {
          readonly spec: { readonly containers: readonly { readonly resources: { readonly limits: object } }[] };
        };
      };
    };
  };
  const { replicas, template } = jaxReplicaSpecs.Worker;
  const gpus = Object.values(template.spec.containers[0]?.resources.limits ?? {})[0] as number;
  const nodes = pools.reduce((sum, { count, autoscaling }) => sum + (autoscaling ? autoscaling.min : count), 0);
  return nodes * Math.floor(8 / gpus) >= replicas;
}

describe('whatever comes', () => {
  test('pods never hold more than the nodes offer', () => {
    fc.assert(
      fc.property(someDay, (some) => {
        const given = dayOf(some);
        for (const { nodes, held } of simulate(given).pools) {
          const moments = held['nvidia.com/gpu'] ?? [];
          for (const { at, value } of moments) {
            const live = nodes.filter((sample) => sample.at <= at).at(-1)?.value ?? 0;
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(live * 8);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('every job that fits ends, having done its work', () => {
    fc.assert(
      fc.property(someDay, (some) => {
        // Pods that wait hold their namespace's quota, as in a cluster: jobs can stand in each other's way there for ever.
        const given = dayOf({ ...some, limited: false });
        const { jobs } = simulate(given);
        for (const [index, arrival] of [...given.arrivals].entries()) {
          const outcome = jobs[index];
          if (!fits(arrival, given.pools)) continue;
          expect({ key: outcome?.key, reason: outcome?.reason, fate: outcome?.fate }).toEqual({
            key: `${arrival.job.metadata.namespace}/${arrival.job.metadata.name}`,
            reason: undefined,
            fate: 'succeeded',
          });
          expect((outcome?.runMs ?? 0) - (outcome?.lostMs ?? 0)).toBe(arrival.durationMs);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('the same day goes the same way', () => {
    fc.assert(
      fc.property(someDay, (some) => {
        const given = dayOf(some);
        expect(simulate(given)).toEqual(simulate(given));
      }),
      { numRuns: 30 },
    );
  });

  test('what jobs held is what pools gave, and no job bears more than all cost', () => {
    fc.assert(
      fc.property(someDay, (some) => {
        const given = dayOf(some);
        const priced = { ...given, pools: given.pools.map((each) => ({ ...each, pricePerHour: 8 })) };
        const { jobs, pools } = simulate(priced);
        const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
        const held = sum(pools.map(({ resources }) => resources['nvidia.com/gpu']?.held ?? 0));
        expect(sum(jobs.map(({ acceleratorHours }) => acceleratorHours['nvidia.com/gpu'] ?? 0))).toBeCloseTo(held, 6);
        expect(sum(jobs.map(({ cost }) => cost))).toBeCloseTo(sum(pools.map(({ charged }) => charged)), 6);
        for (const { cost = 0, charged, nodeHours } of pools) {
          expect(cost).toBeCloseTo(8 * nodeHours, 6);
          expect(charged).toBeLessThanOrEqual(cost + 1e-6);
        }
      }),
      { numRuns: 30 },
    );
  });
});

test('a day of 10,000 jobs takes well under 30 seconds of CPU time', () => {
  const arrivals = Array.from({ length: 10_000 }, (_, index) =>
    job(`job-${index}`, {
      at: Math.floor((index * 24 * 60) / 10_000),
      minutes: 5 + ((index * 7919) % 50),
      workers: 1 + (index % 4),
      gpus: 1 + (index % 3),
      gang: index % 2 === 0,
      ...(index % 10 === 0 && { priorityClassName: 'high' }),
    }),
  );
  const given = scenario(
    arrivals,
    [
      pool(8, 100),
      pool(8, 0, { name: 'more', autoscaling: { min: 0, max: 40, scaleUpMs: 3 * MINUTE, scaleDownMs: 10 * MINUTE } }),
    ],
    { objects: [priorityClass('high', 100)] },
  );
  const before = process.cpuUsage();
  const { jobs, end, start } = simulate(given);
  const { user, system } = process.cpuUsage(before);
  expect(jobs.every(({ fate }) => fate === 'succeeded')).toBe(true);
  expect(end - start).toBeGreaterThan(24 * HOUR);
  expect((user + system) / 1e6).toBeLessThan(25);
}, 120_000);
