import type { Value } from './values.ts';

/** A function over values it checks itself; a wrong type or number of arguments is no overload. */
export type CelFunction = (...args: Value[]) => Value;
export type FunctionTable = Readonly<Record<string, CelFunction>>;
