import { mulberry32 } from '../../../src/embedded/simulation/random.ts';

/** Choices that follow from a seed alone. */
export class Choices {
  /** A number in [0, 1). */
  readonly next: () => number;

  constructor(seed: number, index: number) {
    this.next = mulberry32(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35));
    for (let i = 0; i < 4; i++) this.next();
  }

  /** From 0 to `below`, exclusive. */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)] as T;
  }

  /** Items with their weights. */
  weighted<T>(items: readonly (readonly [number, T])[]): T {
    let at = this.next() * items.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, item] of items) {
      at -= weight;
      if (at < 0) return item;
    }
    return (items[items.length - 1] as readonly [number, T])[1];
  }
}
