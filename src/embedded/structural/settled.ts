/**
 * Parts of objects that one schema has judged already. Objects are never modified, and an update shares what it does
 * not touch with the object it replaces, so that most of an update needs no second look.
 */
export class Settled {
  /** Pruned and defaulted. */
  readonly clean = new WeakSet<object>();
  /** Accepted by the schema. */
  readonly accepted = new WeakSet<object>();
  /** Without an element or key that stands twice. */
  readonly unique = new WeakSet<object>();
}

export function isSettled(set: WeakSet<object> | undefined, value: unknown): boolean {
  return set !== undefined && typeof value === 'object' && value !== null && set.has(value);
}

export function settle(set: WeakSet<object> | undefined, value: unknown): void {
  if (set && typeof value === 'object' && value !== null) set.add(value);
}
