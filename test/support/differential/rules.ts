import type { Json } from './compare.ts';
import type { Found } from './verdict.ts';

/** Whether an explanation covers a difference. */
export type Rule = (found: Found) => boolean;

export const lines = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? (value as string[]) : []);
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A place, as a pattern over the path's keys joined by ` / `, and what must hold there. */
export const at =
  (pattern: RegExp, holds: Rule = () => true): Rule =>
  (found) =>
    pattern.test(found.path.join(' / ')) && holds(found);

export const either =
  (...rules: readonly Rule[]): Rule =>
  (found) =>
    rules.some((rule) => rule(found));

export const onlyOurs: Rule = ({ peer }) => peer === undefined;
export const onlyPeers: Rule = ({ ours }) => ours === undefined;
