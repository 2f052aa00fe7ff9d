import type { Cancel, Environment } from '../../runtime/environment.ts';

/** Keys to be looked at: soon, or at a moment; several wishes for one key come to one look, at the earliest. */
export class DueKeys {
  readonly #environment: Environment;
  readonly #look: (key: string) => void;
  readonly #waiting = new Map<string, { readonly due: number; readonly cancel: Cancel }>();
  readonly #soon = new Set<string>();
  #pending: Cancel | undefined;

  constructor(environment: Environment, look: (key: string) => void) {
    this.#environment = environment;
    this.#look = look;
  }

  /** After the changes of this moment; what waits for a later one still comes. */
  soon(key: string): void {
    this.#soon.add(key);
    this.#pending ??= this.#environment.after(0, () => {
      this.#pending = undefined;
      const keys = [...this.#soon];
      this.#soon.clear();
      for (const each of keys) this.#look(each);
    });
  }

  after(key: string, delayMs: number): void {
    if (delayMs <= 0) {
      this.soon(key);
      return;
    }
    const due = this.#environment.now() + delayMs;
    const known = this.#waiting.get(key);
    if (known && known.due <= due) return;
    known?.cancel();
    const cancel = this.#environment.after(delayMs, () => {
      this.#waiting.delete(key);
      this.#look(key);
    });
    this.#waiting.set(key, { due, cancel });
  }

  stop(): void {
    this.#pending?.();
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
