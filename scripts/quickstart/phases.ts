import type { Log } from '../../src/runtime/progress.ts';

const SILENCE_MS = 10_000;

/** Runs named phases one after the other, says when each starts and ends, and remembers how long it took. */
export class Phases {
  /** By phase, to a tenth. */
  readonly seconds: Record<string, number> = {};
  readonly #write: Log;
  readonly #started = Date.now();
  #current = 'start';
  #lastLine = Date.now();

  constructor(write: Log) {
    this.#write = write;
  }

  /** The phase that runs, or ran last. */
  get current(): string {
    return this.#current;
  }

  /** For every line about the phases, so that only one that is silent is spoken for. */
  readonly log: Log = (line) => {
    this.#lastLine = Date.now();
    this.#write(line);
  };

  async run<T>(name: string, title: string, work: () => Promise<T>): Promise<T> {
    this.#current = name;
    const started = Date.now();
    this.log(`▸ ${title}`);
    const teller = setInterval(() => {
      if (Date.now() - this.#lastLine >= SILENCE_MS)
        this.log(`  … still ${title}, ${Math.round((Date.now() - started) / 1000)} s`);
    }, 1_000);
    try {
      const result = await work();
      this.seconds[name] = tenths(Date.now() - started);
      this.log(`  done in ${this.seconds[name]} s`);
      return result;
    } finally {
      clearInterval(teller);
    }
  }

  total(): number {
    return tenths(Date.now() - this.#started);
  }
}

const tenths = (ms: number) => Math.round(ms / 100) / 10;
