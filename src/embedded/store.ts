import type { KubeObject } from '../api/kube.ts';

/** One write, as every watcher of the table sees it. */
export interface Change {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly table: string;
  /** `namespace/name`, or `name`. */
  readonly key: string;
  /** As written; for a deletion the last state, under the revision of the deletion. */
  readonly object: KubeObject;
  /** What it replaced. */
  readonly previous?: KubeObject;
}

const EVERY_TABLE = '*';

export type Listener = (change: Change) => void;

/** Where changes are kept beyond the life of the process. Called synchronously, in the order of revisions. */
export interface Journal {
  append(change: Change): void;
}

export interface StoreOptions {
  /** Changes remembered for watches and for lists of the past. @default 10000 */
  readonly history?: number;
  readonly journal?: Journal;
}

/** A moment that the history no longer reaches. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError';
}

/**
 * Objects under one global revision, with the changes of the recent past: what etcd is to an apiserver. Objects are
 * never modified after they were handed in, so that everybody may hold on to them.
 */
export class Store {
  readonly #tables = new Map<string, Table>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #history: Change[] = [];
  readonly #limit: number;
  readonly #journal: Journal | undefined;
  #revision = 0;
  #compacted = 0;

  constructor(options: StoreOptions = {}) {
    this.#limit = options.history ?? 10_000;
    this.#journal = options.journal;
  }

  /** Of the last write. */
  get revision(): number {
    return this.#revision;
  }

  /** Moments before this one cannot be told any more. */
  get compacted(): number {
    return this.#compacted;
  }

  get(table: string, key: string): KubeObject | undefined {
    return this.#tables.get(table)?.objects.get(key);
  }

  /** In the order of keys. The array is shared: do not change it. */
  list(table: string): readonly KubeObject[] {
    return this.#tables.get(table)?.sorted() ?? [];
  }

  /** The table as it was at a revision. Throws {@link CompactedError} when that is too long ago. */
  listAt(table: string, revision: number): readonly KubeObject[] {
    if (revision >= this.#revision) return this.list(table);
    const changes = this.since(revision).filter((change) => change.table === table);
    if (changes.length === 0) return this.list(table);
    const past = new Table(this.#tables.get(table)?.objects);
    for (const change of changes.reverse()) {
      if (change.previous) past.set(change.key, change.previous);
      else past.delete(change.key);
    }
    return past.sorted();
  }

  /** Changes after a revision, oldest first. Throws {@link CompactedError} when some of them are forgotten. */
  since(revision: number): Change[] {
    if (revision < this.#compacted) {
      throw new CompactedError(`revision ${revision} is older than ${this.#compacted}, the oldest remembered`);
    }
    const newer = this.#history.length - lowerBound(this.#history, revision);
    return newer === 0 ? [] : this.#history.slice(-newer);
  }

  /** Creates or replaces; the object stored carries the new revision. */
  put(table: string, key: string, object: KubeObject): KubeObject {
    let rows = this.#tables.get(table);
    if (!rows) {
      rows = new Table();
      this.#tables.set(table, rows);
    }
    const previous = rows.objects.get(key);
    const revision = ++this.#revision;
    const stored = withRevision(object, revision);
    rows.set(key, stored);
    this.#publish({
      revision,
      type: previous ? 'MODIFIED' : 'ADDED',
      table,
      key,
      object: stored,
      ...(previous && { previous }),
    });
    return stored;
  }

  /** Returns the last state under the revision of the deletion, or nothing when there was nothing. */
  delete(table: string, key: string): KubeObject | undefined {
    const rows = this.#tables.get(table);
    const previous = rows?.objects.get(key);
    if (!rows || !previous) return undefined;
    const revision = ++this.#revision;
    rows.delete(key);
    const object = withRevision(previous, revision);
    this.#publish({ revision, type: 'DELETED', table, key, object, previous });
    return object;
  }

  /** Calls `listener` within each later write of the table; the result ends it. */
  subscribe(table: string, listener: Listener): () => void {
    let listeners = this.#listeners.get(table);
    if (!listeners) {
      listeners = new Set();
      this.#listeners.set(table, listeners);
    }
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Calls `listener` within each later write of any table. */
  subscribeAll(listener: Listener): () => void {
    return this.subscribe(EVERY_TABLE, listener);
  }

  /** The names of the tables that hold or held something. */
  tables(): readonly string[] {
    return [...this.#tables.keys()];
  }

  /** Puts back what a journal kept; for a store that nobody uses yet. */
  restore(
    rows: Iterable<{ readonly table: string; readonly key: string; readonly object: KubeObject }>,
    revision: number,
  ): void {
    for (const { table, key, object } of rows) {
      const existing = this.#tables.get(table) ?? new Table();
      existing.set(key, object);
      this.#tables.set(table, existing);
    }
    this.#revision = revision;
    this.#compacted = revision;
  }

  /** Forgets the history, as etcd's compaction does: older watches and lists answer 410. */
  compact(): void {
    this.#history.length = 0;
    this.#compacted = this.#revision;
  }

  #publish(change: Change): void {
    this.#journal?.append(change);
    this.#history.push(change);
    if (this.#history.length > 2 * this.#limit) {
      const forgotten = this.#history.splice(0, this.#history.length - this.#limit);
      this.#compacted = forgotten[forgotten.length - 1]?.revision ?? this.#compacted;
    }
    for (const name of [change.table, EVERY_TABLE]) {
      const listeners = this.#listeners.get(name);
      if (listeners) for (const listener of [...listeners]) listener(change);
    }
  }
}

class Table {
  readonly objects: Map<string, KubeObject>;
  #keys: string[] | undefined;
  #sorted: KubeObject[] | undefined;

  constructor(objects: ReadonlyMap<string, KubeObject> = new Map()) {
    this.objects = new Map(objects);
  }

  set(key: string, object: KubeObject): void {
    if (!this.objects.has(key)) this.#keys = undefined;
    this.objects.set(key, object);
    this.#sorted = undefined;
  }

  delete(key: string): void {
    this.objects.delete(key);
    this.#keys = undefined;
    this.#sorted = undefined;
  }

  sorted(): readonly KubeObject[] {
    this.#keys ??= [...this.objects.keys()].sort();
    this.#sorted ??= this.#keys.map((key) => this.objects.get(key) as KubeObject);
    return this.#sorted;
  }
}

function withRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

/** The index of the first change after `revision`. */
function lowerBound(history: readonly Change[], revision: number): number {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((history[middle]?.revision ?? 0) <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
