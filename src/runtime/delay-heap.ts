import type { Instant } from './environment.ts';

/** Keys with the moment each is due; a key is held once, with its earliest moment. */
export class DelayHeap {
  readonly #heap: { readonly key: string; readonly at: Instant }[] = [];
  readonly #due = new Map<string, Instant>();

  get size(): number {
    return this.#due.size;
  }

  /** The earliest moment at which something is due. */
  get next(): Instant | undefined {
    this.#discardStale();
    return this.#heap[0]?.at;
  }

  /** Adds a key, or moves it forward; never moves it back. */
  add(key: string, at: Instant): void {
    const known = this.#due.get(key);
    if (known !== undefined && known <= at) return;
    this.#due.set(key, at);
    this.#heap.push({ key, at });
    this.#up(this.#heap.length - 1);
  }

  delete(key: string): void {
    this.#due.delete(key);
  }

  /** Takes out one key that is due at `now`. */
  takeDue(now: Instant): string | undefined {
    this.#discardStale();
    const top = this.#heap[0];
    if (!top || top.at > now) return undefined;
    this.#pop();
    this.#due.delete(top.key);
    return top.key;
  }

  #discardStale(): void {
    for (let top = this.#heap[0]; top && this.#due.get(top.key) !== top.at; top = this.#heap[0]) this.#pop();
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #at(index: number): Instant {
    return this.#heap[index]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(left: number, right: number): void {
    [this.#heap[left], this.#heap[right]] = [this.#heap[right]!, this.#heap[left]!];
  }

  #up(start: number): void {
    for (let index = start; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (this.#at(parent) <= this.#at(index)) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  #down(start: number): void {
    for (let index = start; ; ) {
      const left = 2 * index + 1;
      const child = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(index) <= this.#at(child)) return;
      this.#swap(index, child);
      index = child;
    }
  }
}
