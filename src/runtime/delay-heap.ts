import type { Instant } from './environment.ts';
import { Heap } from './heap.ts';

/** Keys with the moment each is due; a key is held once, with its earliest moment. */
export class DelayHeap {
  readonly #heap = new Heap<{ readonly key: string; readonly at: Instant }>((a, b) => a.at < b.at);
  readonly #due = new Map<string, Instant>();

  get size(): number {
    return this.#due.size;
  }

  /** The earliest moment at which something is due. */
  get next(): Instant | undefined {
    this.#discardStale();
    return this.#heap.first?.at;
  }

  /** Adds a key, or moves it forward; never moves it back. */
  add(key: string, at: Instant): void {
    const known = this.#due.get(key);
    if (known !== undefined && known <= at) return;
    this.#due.set(key, at);
    this.#heap.push({ key, at });
  }

  delete(key: string): void {
    this.#due.delete(key);
  }

  /** Takes out one key that is due at `now`. */
  takeDue(now: Instant): string | undefined {
    this.#discardStale();
    const top = this.#heap.first;
    if (!top || top.at > now) return undefined;
    this.#heap.pop();
    this.#due.delete(top.key);
    return top.key;
  }

  #discardStale(): void {
    for (let top = this.#heap.first; top && this.#due.get(top.key) !== top.at; top = this.#heap.first) this.#heap.pop();
  }
}
