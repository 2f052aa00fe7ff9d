import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type KubeObject, keyOf } from '../../src/api/kube.ts';
import { Cache, type Change } from '../../src/runtime/cache.ts';

const pod = (name: string, uid: string, version: number, owner?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'a',
    uid,
    resourceVersion: String(version),
    ...(owner && { ownerReferences: [{ apiVersion: 'v1', kind: 'Job', name: 'j', uid: owner, controller: true }] }),
  },
});

const world = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'))
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc
          .tuple(fc.nat({ max: 2 }), fc.nat({ max: 9 }))
          .map(([uid, version]) => pod(name, `${name}${uid}`, version, ['o1', 'o2', undefined][version % 3])),
      ),
    ),
  );

/** What a listener knows who only hears of changes: objects by UID. */
function follow(known: Map<string, KubeObject>, changes: readonly Change[]): void {
  for (const { type, object } of changes) {
    const uid = object.metadata.uid ?? '';
    if (type === 'added') expect(known.has(uid)).toBe(false);
    else expect(known.has(uid)).toBe(true);
    if (type === 'deleted') known.delete(uid);
    else known.set(uid, object);
  }
}

describe('Cache', () => {
  test('after any lists, changes and indexes tell exactly what the last list holds', () => {
    fc.assert(
      fc.property(fc.array(world, { minLength: 1 }), (lists) => {
        const cache = new Cache();
        const known = new Map<string, KubeObject>();
        for (const list of lists) {
          follow(known, cache.replace(list, '10'));
          const uids = list.map(({ metadata }) => metadata.uid).sort();
          expect([...known.keys()].sort()).toEqual(uids);
          expect([...cache.values()].map(({ metadata }) => metadata.uid).sort()).toEqual(uids);
          for (const owner of ['o1', 'o2']) {
            const owned = list.filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === owner);
            expect([...cache.controlledBy(owner)].map(({ metadata }) => keyOf(metadata)).sort()).toEqual(
              owned.map(({ metadata }) => keyOf(metadata)).sort(),
            );
          }
        }
      }),
    );
  });

  test('a successor of the same name is a deletion and an addition', () => {
    const cache = new Cache();
    cache.replace([pod('x', 'old', 1)], '1');
    const changes = cache.upsert(pod('x', 'new', 2));
    expect(changes.map(({ type, object }) => [type, object.metadata.uid])).toEqual([
      ['deleted', 'old'],
      ['added', 'new'],
    ]);
  });

  test('a deletion of a predecessor does not touch its successor', () => {
    const cache = new Cache();
    cache.replace([pod('x', 'new', 2)], '2');
    expect(cache.remove(pod('x', 'old', 3))).toEqual([]);
    expect(cache.get('a/x')?.metadata.uid).toBe('new');
  });

  test('bookmarks and events move the version forward only', () => {
    const cache = new Cache();
    cache.replace([], '9');
    cache.advance('10');
    cache.advance('9');
    expect(cache.resourceVersion).toBe('10');
  });
});
