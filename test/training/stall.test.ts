import { describe, expect, test } from '@jest/globals';
import type { RunPolicy } from '../../src/api/job.ts';
import { timestamp } from '../../src/api/timestamp.ts';
import type { PlannedEvent } from '../../src/runtime/domain.ts';
import { JOB_KINDS } from '../../src/training/kinds/index.ts';
import { podOf } from './shapes.ts';
import { type JobSketch, START, World } from './world.ts';

const SERVER = { url: 'https://progress.test:10443', authority: 'PEM' };
const DEADLINE = 600;

const sketchOf = (runPolicy: RunPolicy = {}, more: Partial<JobSketch> = {}): JobSketch => ({
  restartPolicy: 'OnFailure',
  ...more,
  runPolicy: { restartScope: 'Job', progressDeadlineSeconds: DEADLINE, ...runPolicy },
});

/** Every pod runs, its containers since now. */
function startPods(world: World): void {
  for (const name of world.names('Pod')) {
    const running = { startedAt: timestamp(world.now) };
    world.phase(name ?? '', 'Running', { containerStatuses: [{ name: world.kind.mainContainer, state: { running } }] });
  }
  world.settle();
}

function begun(sketch: JobSketch, progress: object = SERVER): World {
  const world = new World(sketch, { progress: { ...SERVER, ...progress } });
  world.settle();
  startPods(world);
  // An MPIJob's launcher waits for its workers.
  startPods(world);
  return world;
}

function report(world: World): void {
  world.job = { ...world.job, status: { ...world.job.status, lastProgressTime: timestamp(world.now) } };
  world.settle();
}

/** Time passes, and the controller looks; what it says as events. */
function wait(world: World, seconds: number): readonly PlannedEvent[] {
  world.now += seconds * 1000;
  return world.step().events ?? [];
}

const reasons = (events: readonly PlannedEvent[]) => events.map(({ type, reason }) => `${type} ${reason}`);

describe.each(JOB_KINDS.map(({ kind }) => kind.kind))('a %s that reports no progress any more', (kind) => {
  test('is begun anew as a whole, once its deadline is over, and that counts', () => {
    const world = begun(sketchOf({ backoffLimit: 1 }, { kind }));
    wait(world, 60);
    report(world);
    expect(world.plan().wakeAt).toBe(world.now + DEADLINE * 1000);
    expect(wait(world, DEADLINE - 1)).toEqual([]);
    const pods = world.names('Pod');

    const plan = (() => {
      world.now += 1000;
      return world.step();
    })();
    expect(plan.statusFirst).toBe(true);
    expect(plan.remove?.map(({ object }) => object.metadata.name)).toEqual(pods);
    expect(reasons(plan.events ?? []).slice(0, 2)).toEqual(['Warning ProgressStalled', `Warning ${kind}Restarting`]);
    expect(plan.events?.[0]?.message).toBe(
      'attempt 1 has reported no progress for 600 s (the last report came at 2026-01-01T00:01:00Z)',
    );
    expect(world.status.attempt).toEqual({ number: 2, failures: 1 });
    expect(world.message('Restarting')).toBe(
      'job j is restarting because it has reported no progress for 600 s (the last report came at 2026-01-01T00:01:00Z).',
    );
    world.settle();
    world.reap();
    world.settle();
    startPods(world);
    startPods(world);
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);

    // The next attempt has all the time it needs until its own first report.
    wait(world, 10 * DEADLINE);
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    report(world);
    const events = wait(world, DEADLINE);
    expect(world.conditions.at(-1)).toBe('Failed=True');
    expect(reasons(events)).toContain('Warning ProgressStalled');
    expect(world.message('Failed')).toMatch(
      /^Job j has failed because it has reported no progress for 600 s .*, and it has reached the specified backoff limit$/,
    );
  });
});

describe('when a job hangs', () => {
  test.each<[string, RunPolicy, Partial<JobSketch>]>([
    ['pods are replaced one by one', { restartScope: 'Pod' }, {}],
    ['its pods are never restarted', {}, { restartPolicy: 'Never' }],
    ['its limit is 0', { backoffLimit: 0 }, {}],
  ])('that is final if %s', (_why, runPolicy, more) => {
    const world = begun(sketchOf({ cleanPodPolicy: 'Running', ...runPolicy }, more));
    report(world);
    wait(world, DEADLINE);
    const failed = world.status.conditions?.at(-1);
    expect(failed).toMatchObject({ type: 'Failed', reason: 'ProgressStalled' });
    expect(failed?.message).toContain('Job j has failed because it has reported no progress for 600 s');
    world.settle();
    world.reap();
    expect(world.names('Pod')).toEqual([]);
  });

  test('each attempt is counted once, whichever write the controller dies after', () => {
    for (let cut = 0; cut <= 4; cut++) {
      const world = begun(sketchOf());
      report(world);
      world.now += DEADLINE * 1000;
      world.step(cut);
      world.settle();
      expect(world.status.attempt).toEqual({ number: 2, failures: 1 });
    }
  });

  test('the pauses between attempts are those of other failures', () => {
    const world = begun(sketchOf());
    for (const failures of [1, 2, 3]) {
      report(world);
      wait(world, DEADLINE);
      expect(world.status.attempt?.failures).toBe(failures);
      world.settle();
      world.reap();
      world.now += 60_000;
      world.settle();
      startPods(world);
    }
  });
});

describe('no hang is', () => {
  const quiet = (world: World, seconds = 100 * DEADLINE) => {
    expect(reasons(wait(world, seconds))).toEqual([]);
    world.settle();
    expect(world.status.attempt?.failures).toBeUndefined();
  };

  test('a job that never reported, or that has no deadline', () => {
    const silent = begun(sketchOf());
    expect(silent.plan().wakeAt).toBeUndefined();
    quiet(silent);
    const free = begun({ restartPolicy: 'OnFailure', runPolicy: { restartScope: 'Job' } });
    report(free);
    quiet(free);
  });

  test('a job that goes on reporting', () => {
    const world = begun(sketchOf());
    for (let i = 0; i < 5; i++) {
      report(world);
      quiet(world, DEADLINE - 1);
    }
  });

  test('silence while pods start: a report of those before does not count', () => {
    const world = begun(sketchOf({ restartScope: 'Pod' }));
    report(world);
    world.now += 1000;
    world.exit('j-worker-0', 137);
    world.settle();
    quiet(world);
    const running = { startedAt: timestamp(world.now) };
    world.phase('j-worker-0', 'Running', { containerStatuses: [{ name: 'pytorch', state: { running } }] });
    world.settle();
    quiet(world);
  });

  test('a container that the kubelet starts again', () => {
    const world = begun(sketchOf({ restartScope: 'Pod' }));
    report(world);
    world.waits('j-worker-0', 'Running', 'CrashLoopBackOff');
    wait(world, DEADLINE);
    expect(world.conditions.at(-1)).toBe('Running=True');
  });

  test('silence while nobody listened', () => {
    const since = START + 10 * DEADLINE * 1000;
    const world = begun(sketchOf(), { since });
    report(world);
    world.now = since;
    expect(world.plan().wakeAt).toBe(since + DEADLINE * 1000);
    quiet(world, DEADLINE - 1);
    wait(world, 1);
    expect(world.status.attempt).toEqual({ number: 2, failures: 1 });

    const deaf = new World(sketchOf());
    deaf.settle();
    startPods(deaf);
    report(deaf);
    quiet(deaf);
  });

  test('a launcher over ssh that its Job starts again', () => {
    const world = new World(
      { kind: 'MPIJob', spec: { transport: 'ssh' } as never, runPolicy: { progressDeadlineSeconds: DEADLINE } },
      { progress: SERVER },
    );
    world.settle();
    startPods(world);
    world.children = world.children.map((child) =>
      child.kind === 'Job' ? ({ ...child, status: { active: 1, ready: 1 } } as never) : child,
    );
    const launcher = (creationTimestamp: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `j-launcher-${creationTimestamp}`, creationTimestamp },
      status: { phase: 'Running' },
    });
    world.launchers = [launcher(timestamp(world.now))];
    world.settle();
    report(world);
    expect(world.plan().wakeAt).toBe(world.now + DEADLINE * 1000);
    world.now += 1000;
    world.launchers = [...world.launchers, launcher(timestamp(world.now))];
    quiet(world);
    report(world);
    wait(world, DEADLINE);
    expect(world.status.conditions?.at(-1)).toMatchObject({ type: 'Failed', reason: 'ProgressStalled' });
  });

  test('the silence of a job that is suspended', () => {
    const world = begun(sketchOf());
    report(world);
    world.edit({ suspend: true });
    world.settle();
    world.reap();
    quiet(world);
    world.edit({ suspend: false });
    world.settle();
    world.reap();
    world.settle();
    startPods(world);
    quiet(world);
    expect(world.conditions.at(-1)).toBe('Running=True');
  });
});

test('a job with a deadline is told where to report, without asking for it by an annotation', () => {
  const world = begun(sketchOf());
  const names = podOf(world, 'j-worker-0').spec.containers[0]?.env?.map(({ name }) => name);
  expect(names).toContain('KUBEFLOW_TRAINER_SERVER_URL');
});
