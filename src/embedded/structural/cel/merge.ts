import type { CelFunction, FunctionTable } from './function-types.ts';
import { CelFault } from './values.ts';

/** Joins libraries; where two know a name, the first that has an overload for the arguments answers. */
export function merged(...tables: readonly FunctionTable[]): FunctionTable {
  const all = new Map<string, CelFunction>();
  for (const table of tables) {
    for (const [name, run] of Object.entries(table)) {
      const before = all.get(name);
      all.set(name, before ? either(before, run) : run);
    }
  }
  return Object.assign(Object.create(null), Object.fromEntries(all)) as FunctionTable;
}

const either =
  (first: CelFunction, second: CelFunction): CelFunction =>
  (...args) => {
    try {
      return first(...args);
    } catch (error) {
      if (error instanceof CelFault && error.message === 'no such overload') return second(...args);
      throw error;
    }
  };
