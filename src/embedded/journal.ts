import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { KubeObject } from '../api/kube.ts';
import type { Change, Journal, Store } from './store.ts';

interface Row {
  readonly table_name: string;
  readonly key: string;
  readonly object: string;
}

/** Another process has the file open. */
export class JournalHeldError extends Error {
  override readonly name = 'JournalHeldError';
}

/**
 * Keeps objects and the revision in one SQLite file, held by one process at a time. Changes gather until the end of
 * the turn of the event loop, and are written in one transaction; what was committed survives the end of the process.
 */
export class SqliteJournal implements Journal {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #setRevision: StatementSync;
  /** By table and key: only the last state of each object is written. */
  readonly #pending = new Map<string, Change>();
  #revision = 0;
  #scheduled: NodeJS.Immediate | undefined;

  /** @throws JournalHeldError when another process uses the file */
  constructor(file: string) {
    this.#file = file;
    this.#database = new DatabaseSync(file);
    try {
      this.#database.exec('PRAGMA locking_mode = EXCLUSIVE');
      this.#database.exec('PRAGMA journal_mode = WAL');
      this.#database.exec('PRAGMA synchronous = NORMAL');
      this.#database.exec(
        `BEGIN IMMEDIATE;
         CREATE TABLE IF NOT EXISTS objects (
           table_name TEXT NOT NULL, key TEXT NOT NULL, object TEXT NOT NULL, PRIMARY KEY (table_name, key)
         ) WITHOUT ROWID;
         CREATE TABLE IF NOT EXISTS moment (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
         COMMIT`,
      );
    } catch (error) {
      this.#database.close();
      if (/locked|busy/i.test((error as Error).message)) {
        throw new JournalHeldError(`${file} is in use by another process: end it, or use another folder`);
      }
      throw error;
    }
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO objects (table_name, key, object) VALUES (?, ?, ?)');
    this.#delete = this.#database.prepare('DELETE FROM objects WHERE table_name = ? AND key = ?');
    this.#setRevision = this.#database.prepare('INSERT OR REPLACE INTO moment (id, revision) VALUES (1, ?)');
  }

  /** Puts what is kept into a store that nobody uses yet. Returns how many objects that are. */
  restoreInto(store: Store): number {
    const rows = this.#database.prepare('SELECT table_name, key, object FROM objects').all() as unknown as Row[];
    const moment = this.#database.prepare('SELECT revision FROM moment').get() as { revision: number } | undefined;
    const objects = rows.map(({ table_name, key, object }) => ({
      table: table_name,
      key,
      object: JSON.parse(object) as KubeObject,
    }));
    this.#revision = moment?.revision ?? 0;
    store.restore(objects, this.#revision);
    return objects.length;
  }

  append(change: Change): void {
    this.#pending.set(`${change.table}\n${change.key}`, change);
    this.#revision = change.revision;
    this.#scheduled ??= setImmediate(() => this.commit());
  }

  /**
   * Writes what has gathered.
   * @throws Error when it cannot be kept; it is tried again with the next change
   */
  commit(): void {
    if (this.#scheduled === undefined) return;
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    this.#database.exec('BEGIN');
    try {
      for (const { table, key, object, type } of this.#pending.values()) {
        if (type === 'DELETED') this.#delete.run(table, key);
        else this.#put.run(table, key, JSON.stringify(object));
      }
      this.#setRevision.run(this.#revision);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      const why = (error as Error).message;
      throw new Error(`changes cannot be kept in ${this.#file} (${why}): make room on its disk`, { cause: error });
    }
    this.#pending.clear();
  }

  close(): void {
    this.commit();
    this.#database.close();
  }
}
