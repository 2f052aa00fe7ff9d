import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../images/docker.ts';
import { NODE_LABEL, removeLeftContainers } from '../images/docker.ts';
import { MARKER } from './launcher.ts';
import { killStragglers } from './stragglers.ts';
import { statOf } from './usage.ts';

interface Entry {
  readonly pid: number;
  /** When the process began, as the system tells: another process of the same number differs. */
  readonly identity: string;
  readonly marker: string;
  readonly engine?: Engine;
}

interface State {
  readonly node: Entry | null;
  readonly processes: readonly Entry[];
}

/** Folders in which this process runs a node. */
const open = new Set<string>();

/** Remembers in a file what runs, so that a node that is started again finds what its predecessor left. */
export class ProcessBook {
  readonly #file: string;
  readonly #folder: string;
  readonly #entries = new Map<string, Entry>();
  readonly #self: Entry = { pid: process.pid, identity: identityOf(process.pid), marker: '' };
  #closed = false;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#file = join(folder, 'processes.json');
  }

  /**
   * Ends what an earlier node left running. Returns how many containers that were.
   * @throws when that node still runs
   */
  async takeOver(): Promise<number> {
    const { node, processes } = this.#read();
    const elsewhere =
      node && node.pid !== process.pid && node.identity !== '' && identityOf(node.pid) === node.identity;
    if (elsewhere || open.has(this.#folder)) {
      throw new Error(
        `the process ${node?.pid ?? process.pid} already runs a node in ${this.#folder}: end it, or use another folder`,
      );
    }
    open.add(this.#folder);
    let ended = 0;
    for (const { pid, identity, marker } of processes) {
      const same = identity !== '' && identityOf(pid) === identity;
      if (same) killGroup(pid);
      if (killStragglers(MARKER, marker) > 0 || same) ended++;
    }
    for (const engine of new Set(processes.flatMap((entry) => (entry.engine ? [entry.engine] : [])))) {
      await removeLeftContainers(engine, this.label).catch(() => {});
    }
    this.#write();
    return ended;
  }

  /** Marks engines' containers of this node. */
  get label(): string {
    return `${NODE_LABEL}=${this.#folder}`;
  }

  add(marker: string, pid: number, engine?: Engine): void {
    this.#entries.set(marker, { pid, identity: identityOf(pid), marker, ...(engine && { engine }) });
    this.#write();
  }

  remove(marker: string): void {
    if (this.#entries.delete(marker)) this.#write();
  }

  /** SIGKILL for everything, without waiting: for the end of this process. */
  killAll(): void {
    for (const { pid, marker } of this.#entries.values()) {
      killGroup(pid);
      killStragglers(MARKER, marker);
    }
  }

  /** The folder is free for another node; nothing is written any more. */
  close(): void {
    this.#write(null);
    this.#closed = true;
    open.delete(this.#folder);
  }

  #read(): State {
    if (!existsSync(this.#file)) return { node: null, processes: [] };
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as State;
    } catch {
      return { node: null, processes: [] };
    }
  }

  #write(node: Entry | null = this.#self): void {
    if (this.#closed) return;
    const state: State = { node, processes: [...this.#entries.values()] };
    writeFileSync(`${this.#file}.new`, JSON.stringify(state));
    renameSync(`${this.#file}.new`, this.#file);
  }
}

function identityOf(pid: number): string {
  if (process.platform === 'linux') return statOf(pid)?.[19] ?? '';
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
