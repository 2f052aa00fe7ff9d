import type { FieldError } from '../strategy.ts';

/** The errors of one look at a value, each said once, and the number of steps that look took. */
export class Findings {
  readonly errors: FieldError[] = [];
  steps = 0;
  private readonly said = new Set<string>();

  static of(message: string, error: FieldError): Findings {
    const found = new Findings();
    found.said.add(message);
    found.errors.push(error);
    return found;
  }

  get valid(): boolean {
    return this.errors.length === 0;
  }

  step(): this {
    this.steps++;
    return this;
  }

  merge(other: Findings): this {
    const messages = [...other.said];
    other.errors.forEach((error, index) => {
      const message = messages[index]!;
      if (this.said.has(message)) return;
      this.said.add(message);
      this.errors.push(error);
    });
    this.steps += other.steps;
    return this;
  }

  /** The same look with its errors overlooked. */
  forgiven(): Findings {
    const found = new Findings();
    found.steps = this.steps;
    return found;
  }
}
