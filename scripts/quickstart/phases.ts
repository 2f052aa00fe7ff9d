import type { Log } from '../../src/runtime/progress.ts';

/** Runs named phases one after the other, says when each starts and ends, and remembers how long it took. */
export class Phases {
  /** By phase, to a tenth. */
  readonly seconds: Record<string, number> = {};
  readonly #log: Log;
  readonly #started = Date.now();
  #current = 'start';

  constructor(log: Log) {
    this.#log = log;
  }

  /** The phase that runs, or ran last. */
  get current(): string {
    return this.#current;
  }

  async run<T>(name: string, title: string, work: () => Promise<T>): Promise<T> {
    this.#current = name;
    const started = Date.now();
    this.#log(`▸ ${title}`);
    const result = await work();
    this.seconds[name] = tenths(Date.now() - started);
    this.#log(`  done in ${this.seconds[name]} s`);
    return result;
  }

  total(): number {
    return tenths(Date.now() - this.#started);
  }
}

const tenths = (ms: number) => Math.round(ms / 100) / 10;
