import type { ExitCodeRequirement, JobSpec, PodFailureRule, SuccessRule } from '../../../api/batch.ts';
import type { FieldError } from '../../strategy.ts';
import {
  duplicate,
  invalid,
  notSupported,
  OMITTED,
  required,
  tooLong,
  tooMany,
} from '../../structural/field-errors.ts';
import { quoted } from '../../structural/go-text.ts';
import { qualifiedNameProblems } from '../../structural/names.ts';
import { countIndexes } from './index-list.ts';

const MOST_RULES = 20;
const MOST_PATTERNS = 20;
const MOST_EXIT_CODES = 255;
const MOST_INDEX_BYTES = 64 * 1024;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];

const among = (values: readonly string[]): string => `valid values: [${values.map(quoted).join(' ')}]`;

export function podFailurePolicyErrors(
  spec: JobSpec,
  { rules }: NonNullable<JobSpec['podFailurePolicy']>,
): readonly FieldError[] {
  const path = 'spec.podFailurePolicy.rules';
  const all = rules ?? [];
  const pod = spec.template.spec as Readonly<Record<string, readonly { readonly name?: string }[] | undefined>>;
  const names = [...(pod.containers ?? []), ...(pod.initContainers ?? [])].map(({ name = '' }) => name);
  return [
    ...(all.length > MOST_RULES ? [tooMany(path, all.length, MOST_RULES)] : []),
    ...all.flatMap((rule, index) => ruleErrors(spec, rule, `${path}[${index}]`, names)),
  ];
}

function ruleErrors(spec: JobSpec, rule: PodFailureRule, at: string, names: readonly string[]): readonly FieldError[] {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const errors = [...actionErrors(spec, action, `${at}.action`)];
  if (onExitCodes) errors.push(...exitCodeErrors(onExitCodes, `${at}.onExitCodes`, names));
  errors.push(...conditionErrors(onPodConditions, `${at}.onPodConditions`));
  if (onExitCodes && onPodConditions.length > 0) {
    errors.push(invalid(at, OMITTED, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (!onExitCodes && onPodConditions.length === 0) {
    errors.push(invalid(at, OMITTED, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

function actionErrors({ backoffLimitPerIndex }: JobSpec, action: string, at: string): readonly FieldError[] {
  if (action === '') return [required(at, among(ACTIONS))];
  if (!ACTIONS.includes(action)) return [notSupported(at, action, ACTIONS)];
  if (action !== 'FailIndex' || backoffLimitPerIndex !== undefined) return [];
  return [invalid(at, action, 'requires the backoffLimitPerIndex to be set')];
}

function conditionErrors(
  patterns: NonNullable<PodFailureRule['onPodConditions']>,
  path: string,
): readonly FieldError[] {
  return [
    ...(patterns.length > MOST_PATTERNS ? [tooMany(path, patterns.length, MOST_PATTERNS)] : []),
    ...patterns.flatMap(({ type, status }, index) => [
      ...qualifiedNameProblems(type).map((problem) => invalid(`${path}[${index}].type`, type, problem)),
      ...(STATUSES.includes(status) ? [] : [notSupported(`${path}[${index}].status`, status, STATUSES)]),
    ]),
  ];
}

function exitCodeErrors(
  { operator, containerName, values }: ExitCodeRequirement,
  path: string,
  names: readonly string[],
): readonly FieldError[] {
  const codes = values ?? [];
  const errors: FieldError[] = [];
  if (operator === '') errors.push(required(`${path}.operator`, among(OPERATORS)));
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(`${path}.operator`, operator, OPERATORS));
  if (containerName !== undefined && !names.includes(containerName)) {
    const why = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(`${path}.containerName`, containerName, why));
  }
  const field = `${path}.values`;
  if (codes.length === 0) errors.push(invalid(field, values ?? null, 'at least one value is required'));
  if (codes.length > MOST_EXIT_CODES) errors.push(tooMany(field, codes.length, MOST_EXIT_CODES));
  const seen = new Set<number>();
  codes.forEach((code, index) => {
    const at = `${field}[${index}]`;
    if (operator === 'In' && code === 0) errors.push(invalid(at, code, 'must not be 0 for the In operator'));
    if (seen.has(code)) errors.push(duplicate(at, code));
    seen.add(code);
  });
  if (codes.some((code, index) => index > 0 && (codes[index - 1] ?? 0) > code)) {
    errors.push(invalid(field, codes, 'must be ordered'));
  }
  return errors;
}

export function successPolicyErrors(
  completions: number,
  { rules }: NonNullable<JobSpec['successPolicy']>,
): readonly FieldError[] {
  const path = 'spec.successPolicy.rules';
  const all = rules ?? [];
  const errors: FieldError[] = [];
  if (all.length === 0) {
    errors.push(required(path, 'at least one rules must be specified when the successPolicy is specified'));
  }
  if (all.length > MOST_RULES) errors.push(tooMany(path, all.length, MOST_RULES));
  return [...errors, ...all.flatMap((rule, index) => successRuleErrors(rule, completions, `${path}[${index}]`))];
}

function successRuleErrors(rule: SuccessRule, completions: number, at: string): readonly FieldError[] {
  const { succeededIndexes: indexes, succeededCount: count } = rule;
  const errors: FieldError[] = [];
  if (indexes === undefined && count === undefined) {
    errors.push(required(at, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let named = 0;
  if (indexes !== undefined) {
    const field = `${at}.succeededIndexes`;
    if (indexes.length > MOST_INDEX_BYTES) errors.push(tooLong(field, MOST_INDEX_BYTES));
    try {
      named = countIndexes(indexes, completions);
    } catch (error) {
      errors.push(invalid(field, indexes, `error parsing succeededIndexes: ${(error as Error).message}`));
    }
  }
  if (count === undefined) return errors;
  const field = `${at}.succeededCount`;
  const atMost = (most: number, what: string) =>
    count > most ? [invalid(field, count, `must be less than or equal to ${most} (the number of ${what})`)] : [];
  return [
    ...errors,
    ...(count < 0 ? [invalid(field, count, 'must be greater than or equal to 0')] : []),
    ...atMost(completions, 'specified completions'),
    ...(indexes === undefined ? [] : atMost(named, 'indexes in the specified succeededIndexes field')),
  ];
}
