import { expect, test } from '@jest/globals';
import type { Loose } from '../api.ts';
import { familyOf, withoutUids } from './family.ts';

const object = (kind: string, name: string, owner = '', more: object = {}): Loose =>
  ({
    kind,
    metadata: { name, uid: `uid-of-${name}`, ...(owner && { ownerReferences: [{ uid: `uid-of-${owner}` }] }), ...more },
  }) as unknown as Loose;

const job = object('MPIJob', 'j');
const drawn = (name: string, creationTimestamp: string) =>
  object('Pod', name, 'j-launcher', { generateName: 'j-launcher-', creationTimestamp });
const pods = [
  drawn('j-launcher-b2x', '2026-01-01T00:00:02Z'),
  drawn('j-launcher-zzz', '2026-01-01T00:00:01Z'),
  object('Pod', 'j-worker-0', 'j'),
  object('Pod', 'other-worker-0', 'other'),
];
const jobs = [object('Job', 'j-launcher', 'j')];

test('what belongs to a job is found through what it owns, and drawn names are numbered in order of birth', () => {
  const [found, owned] = familyOf(job, [pods, jobs]);
  expect([...(found ?? [])].map(([name, { metadata }]) => [name, metadata.name])).toEqual([
    ['j-worker-0', 'j-worker-0'],
    ['j-launcher', 'j-launcher-zzz'],
    ['j-launcher #2', 'j-launcher-b2x'],
  ]);
  expect([...(owned ?? []).keys()]).toEqual(['j-launcher']);
});

test('UIDs are told by whose they are', () => {
  const family = familyOf(job, [pods, jobs]);
  expect(withoutUids('of uid-of-j-launcher and uid-of-other', job, family)).toBe(
    'of <uid of j-launcher> and uid-of-other',
  );
  expect(withoutUids('uid-of-j', job, [])).toBe('<uid of the job>');
});
