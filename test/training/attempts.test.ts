import { describe, expect, test } from '@jest/globals';
import type { PyTorchJobSpec } from '../../src/api/kubeflow-org.ts';
import { JOB_KINDS } from '../../src/training/kinds/index.ts';
import type { Pod } from '../../src/training/pod-state.ts';
import { podOf } from './shapes.ts';
import { type JobSketch, running, START, World } from './world.ts';

const DISRUPTED: Pod['status'] = {
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }],
};

type RunPolicy = NonNullable<PyTorchJobSpec['runPolicy']>;

const whole = (runPolicy: RunPolicy = {}, more: Partial<JobSketch> = {}): JobSketch => ({
  restartPolicy: 'OnFailure',
  ...more,
  runPolicy: { restartScope: 'Job', ...runPolicy },
});

const envOf = (world: World, name: string) =>
  Object.fromEntries((podOf(world, name).spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]));
const attemptsOf = (world: World) =>
  world.children.filter(({ kind }) => kind === 'Pod').map(({ metadata }) => metadata.labels?.['armature.dev/attempt']);
const uids = (world: World) => world.children.filter(({ kind }) => kind === 'Pod').map(({ metadata }) => metadata.uid);
const play = (world: World) => {
  for (const name of world.names('Pod')) world.phase(name ?? '', 'Running');
  world.settle();
};
/** Everything is deleted, gone, made again, and runs. */
const again = (world: World) => {
  world.settle();
  world.reap();
  world.settle();
  play(world);
};

describe.each(JOB_KINDS.map(({ kind }) => kind.kind))('a %s that restarts as a whole', (kind) => {
  test('[training 12] loses all of its pods with one, and gets them anew together, as attempt 2', () => {
    const world = running(whole({}, { kind, restartPolicy: 'ExitCode' }));
    const before = uids(world);
    const names = world.names('Pod');
    expect(new Set(attemptsOf(world))).toEqual(new Set(['1']));
    expect(podOf(world, 'j-worker-1').spec.restartPolicy).toBe('Never');
    world.exit('j-worker-1', 137);
    const plan = world.step();
    expect(plan.statusFirst).toBe(true);
    expect(plan.children).toEqual([]);
    expect(plan.remove?.map(({ object }) => object.metadata.name)).toEqual(names);
    expect(world.conditions).toEqual(['Created=True', 'Restarting=True']);
    expect(world.status.attempt).toEqual({ number: 2, failures: 1 });
    world.settle();
    const lingering = world.names('Pod');
    if (lingering.length > 0) expect(attemptsOf(world)).not.toContain('2');
    world.reap();
    world.settle();
    // An MPIJob's launcher waits for its workers.
    play(world);
    expect([...world.names('Pod')].sort()).toEqual([...names].sort());
    expect(new Set(attemptsOf(world))).toEqual(new Set(['2']));
    for (const name of names) expect(envOf(world, name ?? '').ARMATURE_ATTEMPT).toBe('2');
    expect(uids(world).some((uid) => before.includes(uid))).toBe(false);
    play(world);
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
  });
});

describe('the attempts of a job that restarts as a whole', () => {
  test('no pod of the next attempt is made while one of the last is still on its way out', () => {
    const world = running(whole());
    world.exit('j-worker-0', 1);
    world.settle();
    expect(world.names('Pod')).toEqual(['j-master-0', 'j-worker-1']);
    world.children = world.children.filter(({ metadata }) => metadata.name !== 'j-worker-1');
    world.settle();
    expect(world.names('Pod')).toEqual(['j-master-0']);
    world.reap();
    world.settle();
    expect(attemptsOf(world)).toEqual(['2', '2', '2']);
    expect(world.writes.filter(({ verb }) => verb === 'create')).toHaveLength(7);
  });

  test('an attempt is counted once, after whichever write the controller dies', () => {
    const live = (cut: number) => {
      const world = running(whole({ backoffLimit: 3 }));
      const start = world.writes.length;
      world.exit('j-worker-0', 1);
      world.exit('j-worker-1', 1);
      while (world.writes.length < start + cut) {
        const before = world.writes.length;
        world.step(start + cut - before);
        if (world.writes.length === before) world.reap();
      }
      again(world);
      return world;
    };
    const ended = live(0);
    expect(ended.status.attempt).toEqual({ number: 2, failures: 1 });
    for (let cut = 1; cut <= 7; cut++) {
      const world = live(cut);
      expect({ cut, attempt: world.status.attempt, pods: attemptsOf(world) }).toEqual({
        cut,
        attempt: ended.status.attempt,
        pods: ['2', '2', '2'],
      });
    }
  });

  test.each([0, 1, 2])('a backoff limit of %d allows for so many attempts more', (backoffLimit) => {
    const world = running(whole({ backoffLimit }));
    for (let attempt = 1; attempt <= backoffLimit; attempt++) {
      world.exit('j-worker-0', 1);
      world.now += 600_000;
      again(world);
      world.now += 600_000;
      again(world);
      expect(world.conditions).toContain('Running=True');
    }
    world.exit('j-worker-0', 1);
    world.settle();
    expect(world.message('Failed')).toBe('Job j has failed because it has reached the specified backoff limit');
    expect(world.status.attempt?.number ?? 1).toBe(backoffLimit + 1);
    expect(world.status.lastFailures).toHaveLength(backoffLimit + 1);
  });

  test('the second attempt begins at once, then there are pauses of 10, 20, 40 ... 300 seconds', () => {
    const world = running(whole());
    for (const pause of [0, 10, 20, 40, 80, 160, 300, 300]) {
      world.exit('j-worker-0', 1);
      world.settle();
      world.reap();
      world.settle();
      if (pause > 0) {
        expect(world.names('Pod')).toEqual([]);
        expect(world.plan().wakeAt).toBe(world.now + pause * 1000);
        world.now += pause * 1000;
        world.settle();
      }
      expect(world.names('Pod')).toHaveLength(3);
      play(world);
    }
  });

  test.each([
    ['preempted', (world: World) => world.phase('j-worker-1', 'Failed', DISRUPTED)],
    ['evicted by the API', (world: World) => world.evict('j-worker-1')],
    [
      'on a lost node',
      (world: World) => {
        world.phase('j-worker-1', 'Running');
        world.children = world.children.map((child) =>
          child.metadata.name === 'j-worker-1'
            ? { ...child, spec: { ...(child.spec as object), nodeName: 'n' } }
            : child,
        );
        const taints = [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }];
        world.nodes = [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { taints } }];
      },
    ],
    [
      'gone without a trace',
      (world: World) => {
        world.children = world.children.filter(({ metadata }) => metadata.name !== 'j-worker-1');
      },
    ],
  ])(
    'a pod that is %s takes the others with it and costs nothing, and failures beside it are its consequences',
    (_, lose) => {
      for (const restartPolicy of ['OnFailure', 'ExitCode', 'Never', 'Always']) {
        const world = running(whole({ backoffLimit: 0 }, { restartPolicy }));
        const before = uids(world);
        world.exit('j-worker-0', 1);
        lose(world);
        again(world);
        expect(world.conditions).toEqual(['Created=True', 'Running=True']);
        expect(world.status.attempt).toEqual({ number: 2 });
        expect(uids(world).some((uid) => before.includes(uid))).toBe(false);
      }
    },
  );

  test('what its policy makes final ends it', () => {
    const exit = running(whole({}, { restartPolicy: 'ExitCode' }));
    exit.exit('j-worker-0', 1);
    exit.settle();
    expect(exit.message('Failed')).toBe('job "j" is failing because "Worker" replica(s) failed.');
    const never = running(whole({}, { restartPolicy: 'Never' }));
    never.exit('j-worker-0', 137);
    never.settle();
    expect(never.message('Failed')).toBe('PyTorchJob j is failed because 1 Worker replica(s) failed.');
  });

  test('it runs when all of its pods do', () => {
    const world = new World(whole());
    world.settle();
    world.phase('j-master-0', 'Running');
    world.phase('j-worker-0', 'Running');
    world.settle();
    expect(world.conditions).toEqual(['Created=True']);
    world.phase('j-worker-1', 'Running');
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
  });

  test('[training 18] resumption is another attempt, also while pods of the last one linger; the first start is none', () => {
    for (const restartScope of ['Job', 'Pod'] as const) {
      const world = new World(whole({ restartScope, suspend: true }));
      world.settle();
      world.edit({ suspend: false });
      world.settle();
      play(world);
      expect(world.status.attempt).toBeUndefined();
      world.edit({ suspend: true });
      world.settle();
      world.edit({ suspend: false });
      again(world);
      expect(world.status.attempt).toEqual({ number: 2 });
      expect(world.names('Pod').map((name) => envOf(world, name ?? '').ARMATURE_ATTEMPT)).toEqual(['2', '2', '2']);
      expect(world.conditions).not.toContain('Restarting=True');
    }
  });

  test('replaced one by one, a pod is told how often the job began anew before it', () => {
    const world = running({ restartPolicy: 'ExitCode' });
    world.exit('j-worker-0', 137);
    world.settle();
    expect(envOf(world, 'j-worker-0')).toMatchObject({ ARMATURE_ATTEMPT: '2', TORCHELASTIC_RESTART_COUNT: '1' });
    expect(envOf(world, 'j-worker-1')).toMatchObject({ ARMATURE_ATTEMPT: '1', TORCHELASTIC_RESTART_COUNT: '0' });
    expect(attemptsOf(world)).toEqual([undefined, undefined, undefined]);
  });

  test('scaling it up loses nothing', () => {
    const world = running(whole());
    world.scale(4);
    world.settle();
    play(world);
    expect(world.names('Pod')).toHaveLength(5);
    world.scale(1);
    world.settle();
    world.reap();
    world.settle();
    expect(world.names('Pod')).toHaveLength(2);
    expect(world.status.attempt).toBeUndefined();
  });
});

describe('a gang of which a part finds no node', () => {
  const at = (world: World, seconds: number) => {
    world.now = START + seconds * 1000;
    world.settle();
  };
  const place = (world: World, ...names: readonly string[]) => {
    const conditions = [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: new Date(world.now).toISOString() },
    ];
    world.children = world.children.map((child) =>
      names.includes(child.metadata.name ?? '')
        ? { ...child, spec: { ...(child.spec as object), nodeName: 'n' }, status: { phase: 'Pending', conditions } }
        : child,
    );
  };

  test('gives back what it holds after 300 seconds, pauses, and tries again, at no cost to the limit', () => {
    const world = new World(whole({ backoffLimit: 0 }));
    world.settle();
    at(world, 100);
    place(world, 'j-master-0', 'j-worker-0');
    expect(world.plan().wakeAt).toBe(START + 400_000);
    at(world, 399);
    expect(world.names('Pod')).toHaveLength(3);
    world.now = START + 400_000;
    const plan = world.step();
    const event = plan.events?.find(({ reason }) => reason === 'GangIncomplete');
    expect(event?.message).toMatch(
      /^j-worker-1 found no node within 300 s; the nodes of the others are given back, and all of them are tried again in \d+ s$/,
    );
    expect(world.status.attempt).toMatchObject({ number: 2, incomplete: 1 });
    world.settle();
    expect(world.names('Pod')).toEqual([]);
    const due = Date.parse(world.status.attempt?.notBefore ?? '');
    expect(due - world.now).toBeGreaterThanOrEqual(14_000);
    expect(due - world.now).toBeLessThanOrEqual(45_000);
    world.now = due;
    world.settle();
    expect(attemptsOf(world)).toEqual(['2', '2', '2']);
    play(world);
    expect(world.status.attempt?.incomplete).toBeUndefined();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
  });

  test.each([
    ['holds nothing', whole(), [], {}],
    ['is complete', whole(), ['j-master-0', 'j-worker-0', 'j-worker-1'], {}],
    [
      'has as many pods as it needs',
      whole({ schedulingPolicy: { minAvailable: 2 } }),
      ['j-master-0', 'j-worker-0'],
      {},
    ],
    ['has a gang scheduler', whole(), ['j-master-0'], { gangScheduler: 'coscheduling' }],
    ['replaces pods one by one', { restartPolicy: 'OnFailure' }, ['j-master-0'], {}],
  ] as const)('keeps its pods when it %s', (_, sketch, placed, options) => {
    const world = new World(sketch as JobSketch, options);
    world.settle();
    place(world, ...placed);
    at(world, 10_000);
    expect(world.names('Pod')).toHaveLength(3);
    expect(world.status.attempt).toBeUndefined();
  });

  test('the job’s own limit is taken before the installation’s', () => {
    for (const [sketch, options, seconds] of [
      [whole({ schedulingPolicy: { scheduleTimeoutSeconds: 20 } }), { partialGangSeconds: 50 }, 20],
      [whole(), { partialGangSeconds: 50 }, 50],
    ] as const) {
      const world = new World(sketch, options);
      world.settle();
      place(world, 'j-master-0');
      expect(world.plan().wakeAt).toBe(START + seconds * 1000);
    }
  });
});

describe('a job whose containers are restarted within their pods', () => {
  test('tells the kubelet what ExitCode means, and only where that is the policy', () => {
    const world = new World({ restartPolicy: 'ExitCode', runPolicy: { restartScope: 'Container' } });
    world.settle();
    const spec = podOf(world, 'j-worker-0').spec;
    expect(spec.restartPolicy).toBe('Never');
    expect(spec.containers[0]).toMatchObject({
      restartPolicy: 'Never',
      restartPolicyRules: [
        { action: 'Restart', exitCodes: { operator: 'In', values: expect.arrayContaining([128, 255]) } },
      ],
    });
    for (const sketch of [
      { restartPolicy: 'ExitCode' },
      { restartPolicy: 'OnFailure', runPolicy: { restartScope: 'Container' } },
    ] as const) {
      const other = new World(sketch);
      other.settle();
      expect(podOf(other, 'j-worker-0').spec.containers[0]).not.toHaveProperty('restartPolicyRules');
    }
  });

  test('restarts within pods count towards the limit', () => {
    const world = running({ restartPolicy: 'ExitCode', runPolicy: { restartScope: 'Container', backoffLimit: 1 } });
    world.phase('j-worker-0', 'Running', { containerStatuses: [{ name: 'pytorch', restartCount: 1 }] });
    world.settle();
    expect(world.message('Failed')).toContain('backoff limit');
  });
});
