/** A queue that is read as it fills, until it is ended. For one reader. */
export class EventStream<T> implements AsyncIterable<T> {
  #queue: T[] = [];
  #read = 0;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  push(value: T): void {
    if (this.#ended) return;
    this.#queue.push(value);
    this.#wake?.();
  }

  /** What was pushed before is still read. */
  end(failure?: Error): void {
    this.#ended = true;
    this.#failure ??= failure;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.#read < this.#queue.length) yield this.#queue[this.#read++] as T;
      this.#queue = [];
      this.#read = 0;
      if (this.#ended) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    if (this.#failure) throw this.#failure;
  }
}
