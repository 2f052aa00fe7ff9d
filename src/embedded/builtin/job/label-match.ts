import type { LabelRequirement, LabelSelector } from '../../../api/batch.ts';
import { labelValueProblems, qualifiedNameProblems } from '../../structural/names.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether a selector finds these labels; undefined when it cannot be read. Nothing selects nothing. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean | undefined {
  if (!selector) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const readable =
    Object.entries(matchLabels).every(([key, value]) => fits(key, [value])) && matchExpressions.every(isReadable);
  if (!readable) return undefined;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((requirement) => holds(requirement, labels))
  );
}

const fits = (key: string, values: readonly string[]): boolean =>
  qualifiedNameProblems(key).length === 0 && values.every((value) => labelValueProblems(value).length === 0);

function isReadable({ key, operator, values = [] }: LabelRequirement): boolean {
  const listed = operator === 'In' || operator === 'NotIn';
  const bare = operator === 'Exists' || operator === 'DoesNotExist';
  return fits(key, values) && (listed ? values.length > 0 : bare && values.length === 0);
}

function holds({ key, operator, values = [] }: LabelRequirement, labels: Labels): boolean {
  const value = labels[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const included = value !== undefined && values.includes(value);
  return operator === 'In' ? included : !included;
}
