import type { JobSpec, SuccessRule } from '../../../api/batch.ts';
import { type Intervals, overlap, parseIntervals, total } from './intervals.ts';

/** The words for the first rule that these successes meet. */
export function matchSuccess(spec: JobSpec, succeeded: Intervals): string | undefined {
  if (succeeded.length === 0) return undefined;
  const index = (spec.successPolicy?.rules ?? []).findIndex((rule) => meets(rule, spec.completions ?? 0, succeeded));
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}

function meets({ succeededIndexes, succeededCount }: SuccessRule, completions: number, succeeded: Intervals): boolean {
  if (succeededIndexes === undefined) return succeededCount !== undefined && total(succeeded) >= succeededCount;
  const wanted = parseIntervals(succeededIndexes, completions);
  if (wanted.length === 0) return false;
  const met = overlap(wanted, succeeded);
  return met === total(wanted) || (succeededCount !== undefined && met >= succeededCount);
}
