import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/api/kube.ts';
import { JournalHeldError, SqliteJournal } from '../../src/embedded/journal.ts';
import { Store } from '../../src/embedded/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
let serial = 0;
let file = '';

beforeEach(() => {
  file = join(folder, `${serial++}.sqlite`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const object = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name },
  spec,
});

function reopened(): { readonly store: Store; readonly journal: SqliteJournal; readonly restored: number } {
  const journal = new SqliteJournal(file);
  const store = new Store({ journal });
  return { journal, store, restored: journal.restoreInto(store) };
}

test('objects and the revision come back as they were', () => {
  const { store, journal } = reopened();
  store.put('things', 'b', object('b'));
  store.put('things', 'a', object('a', { size: 1 }));
  store.put('things', 'a', object('a', { size: 2 }));
  store.put('others', 'a', object('a'));
  store.delete('things', 'b');
  journal.close();

  const again = reopened();
  expect(again.restored).toBe(2);
  expect(again.store.revision).toBe(store.revision);
  expect(again.store.list('things')).toEqual(store.list('things'));
  expect(again.store.list('others')).toEqual(store.list('others'));
  expect(() => again.store.since(store.revision - 1)).toThrow(/older than/);
  expect(Number(again.store.put('things', 'c', object('c')).metadata.resourceVersion)).toBe(store.revision + 1);
  again.journal.close();
});

test('what was written in one turn is kept at its end, without being asked', async () => {
  const { store, journal } = reopened();
  store.put('things', 'a', object('a'));
  await new Promise((resolve) => setImmediate(resolve));
  store.put('things', 'b', object('b'));
  journal.commit();
  journal.commit();
  journal.close();
  const again = reopened();
  expect(again.store.list('things').map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  again.journal.close();
});

test('an object made and removed in one turn leaves nothing', () => {
  const { store, journal } = reopened();
  store.put('things', 'a', object('a'));
  store.delete('things', 'a');
  journal.close();
  const again = reopened();
  expect([again.restored, again.store.revision]).toEqual([0, 2]);
  again.journal.close();
});

test('a file has one holder at a time', () => {
  const { journal } = reopened();
  expect(() => new SqliteJournal(file)).toThrow(JournalHeldError);
  journal.close();
  new SqliteJournal(file).close();
});
