import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PodView } from '../../../src/api/scheduling/view.ts';
import { Nodes } from '../../../src/embedded/scheduler/nodes.ts';
import { schedule } from '../../../src/embedded/scheduler/schedule.ts';
import { Placer } from '../../../src/embedded/what-if/placer.ts';
import { waitingPod } from '../pod-view.ts';

const SIZE = 8000;

const pod = (number: number, gpus: number, more: Partial<PodView> = {}): PodView =>
  waitingPod(String(number).padStart(4, '0'), { gpu: gpus * 1000 }, { uid: `uid-${number}`, ...more });

interface World {
  readonly nodes: Nodes;
  readonly placer: Placer;
  readonly bound: Map<string, PodView>;
  readonly leaving: Set<string>;
  readonly groups: Map<string, number>;
}

function world(count: number): World {
  const nodes = new Nodes();
  const bound = new Map<string, PodView>();
  const leaving = new Set<string>();
  const groups = new Map<string, number>();
  const placer = new Placer(nodes, (group) => groups.get(group), {
    bound: ({ pod: each }) => bound.set(each.uid, each),
    preempted: (victims) => {
      for (const victim of victims) {
        expect(bound.has(victim.uid) && !leaving.has(victim.uid)).toBe(true);
        leaving.add(victim.uid);
        placer.leaves(victim);
      }
    },
  });
  for (let i = 0; i < count; i++) {
    nodes.set({ name: `n${i}`, labels: {}, taints: [], unschedulable: false, capacity: new Map([['gpu', SIZE]]) });
    placer.nodeAdded(`n${i}`);
  }
  return { nodes, placer, bound, leaving, groups };
}

const step = fc.oneof(
  fc.record({
    do: fc.constant('come' as const),
    gpus: fc.integer({ min: 1, max: 8 }),
    members: fc.integer({ min: 1, max: 3 }),
    priority: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({ do: fc.constant('go' as const), which: fc.nat() }),
);

function play(given: World, steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[], flat: boolean) {
  const { placer, nodes, bound, leaving, groups } = given;
  let made = 0;
  const gone = (uid: string) => {
    const view = bound.get(uid);
    if (!view) return;
    bound.delete(uid);
    leaving.delete(uid);
    placer.gone(view);
  };
  for (const each of steps) {
    if (each.do === 'go') {
      const uids = [...bound.keys()];
      if (uids.length > 0) gone(uids[each.which % uids.length] as string);
    } else {
      const group = each.members > 1 ? `ns/group-${made}` : undefined;
      if (group) groups.set(group, each.members);
      const priority = flat ? 0 : each.priority;
      for (let i = 0; i < each.members; i++) {
        placer.add(pod(made++, each.gpus, { priority, ...(group && { group }) }));
      }
    }
    placer.round();
    for (const { name } of nodes.views()) {
      const held = nodes.podsOn(name).filter(({ uid }) => bound.has(uid));
      expect(held.reduce((sum, { demand }) => sum + (demand.get('gpu') ?? 0), 0)).toBeLessThanOrEqual(SIZE);
    }
    if (flat) {
      const pending = placer.pending(() => true).flatMap(({ pods }) => pods);
      expect(schedule(pending, nodes.copy(), (group) => groups.get(group)).placements).toEqual([]);
    }
  }
  return gone;
}

describe('the scheduler over time', () => {
  test('a claim that a more important pod takes over is gone', () => {
    const given = world(1);
    const come = { do: 'come', members: 1 } as const;
    const gone = play(
      given,
      [
        { ...come, gpus: 4, members: 2, priority: 0 },
        { ...come, gpus: 1, priority: 1 },
        { ...come, gpus: 8, priority: 2 },
      ],
      false,
    );
    expect(given.leaving).toEqual(new Set(['uid-0', 'uid-1']));
    for (const uid of ['uid-0', 'uid-1']) gone(uid);
    given.placer.round();
    expect([...given.bound.keys()]).toEqual(['uid-3']);
    gone('uid-3');
    given.placer.round();
    expect([...given.bound.keys()]).toEqual(['uid-2']);
  });

  test('leaves nobody waiting whom the scheduler would place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), (count, steps) => {
        play(world(count), steps, true);
      }),
    );
  });

  test('never gives a place twice, whoever makes whom give way, and forgets no claim', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), (count, steps) => {
        const given = world(count);
        const gone = play(given, steps, false);
        // Everybody ends: whoever fits at all gets a turn.
        for (let i = 0; i < 400 && (given.bound.size > 0 || i === 0); i++) {
          for (const uid of [...given.bound.keys()]) gone(uid);
          given.placer.round();
        }
        const left = given.placer.pending(() => true);
        expect(left.every(({ pods }) => pods.length * Number(pods[0]?.demand.get('gpu')) > (count * SIZE) / 2)).toBe(
          true,
        );
        expect(given.nodes.placed()).toEqual([]);
      }),
    );
  });
});
