import { describe, expect, test } from '@jest/globals';
import { POD } from '../../src/api/kinds.ts';
import { Cache } from '../../src/runtime/cache.ts';
import { OwnWrites } from '../../src/runtime/own-writes.ts';
import { compareVersions } from '../../src/runtime/resource-version.ts';

const pod = (version: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'x', namespace: 'a', uid: 'p', resourceVersion: version, ...more },
});

describe('OwnWrites', () => {
  test('waits until the cache has seen the highest version, by object or by bookmark', () => {
    const cache = new Cache();
    const own = new OwnWrites(() => cache);
    cache.replace([], '8');
    own.wrote('u', POD, '10');
    own.wrote('u', POD, '9');
    expect(own.caughtUp('other')).toBe(true);
    expect(own.caughtUp('u')).toBe(false);
    cache.advance('9');
    expect(own.caughtUp('u')).toBe(false);
    cache.advance('100');
    expect(own.caughtUp('u')).toBe(true);
  });

  test('a deletion is seen when the object is gone, marked or replaced', () => {
    for (const seen of [
      (cache: Cache) => cache.remove(pod('2')),
      (cache: Cache) => cache.upsert(pod('2', { deletionTimestamp: 'now' })),
      (cache: Cache) => cache.upsert(pod('3', { uid: 'q' })),
    ]) {
      const cache = new Cache();
      const own = new OwnWrites(() => cache);
      cache.replace([pod('1')], '1');
      own.deleted('u', POD, 'a/x', 'p');
      expect(own.caughtUp('u')).toBe(false);
      seen(cache);
      expect(own.caughtUp('u')).toBe(true);
    }
  });

  test('versions are compared as numbers of any length', () => {
    expect(compareVersions('9', '10')).toBeLessThan(0);
    expect(compareVersions('99999999999999999998', '99999999999999999999')).toBeLessThan(0);
    expect(compareVersions('7', '7')).toBe(0);
  });
});
