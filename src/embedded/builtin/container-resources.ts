import { toMilli } from '../../api/quantity.ts';
import type { FieldError } from '../strategy.ts';
import { invalid, required } from '../structural/field-errors.ts';
import { qualifiedNameProblems } from '../structural/names.ts';

type Amounts = Readonly<Record<string, string>>;

interface Resources {
  readonly limits?: Amounts;
  readonly requests?: Amounts;
}

const STANDARD = new Set(['cpu', 'memory', 'ephemeral-storage']);
const isStandard = (name: string): boolean => STANDARD.has(name) || name.startsWith('hugepages-');
const overcommits = (name: string): boolean => !name.includes('/') && !name.startsWith('hugepages-');

/** What is wrong with the resources of a container. */
export function resourceErrors({ limits = {}, requests = {} }: Resources, at: string): readonly FieldError[] {
  return [
    ...Object.entries(limits).flatMap(([name, amount]) => amountErrors(name, amount, `${at}.limits[${name}]`)),
    ...Object.entries(requests).flatMap(([name, amount]) => [
      ...amountErrors(name, amount, `${at}.requests[${name}]`),
      ...orderErrors(name, amount, limits[name], at),
    ]),
  ];
}

function amountErrors(name: string, amount: string, at: string): readonly FieldError[] {
  const errors = qualifiedNameProblems(name).map((problem) => invalid(at, name, problem));
  if (errors.length === 0 && !name.includes('/') && !isStandard(name)) {
    errors.push(invalid(at, name, 'must be a standard resource type or fully qualified'));
    errors.push(invalid(at, name, 'must be a standard resource for containers'));
  }
  const milli = toMilli(amount);
  if (milli < 0n) errors.push(invalid(at, amount, 'must be greater than or equal to 0'));
  if (name.includes('/') && milli % 1000n !== 0n) errors.push(invalid(at, amount, 'must be an integer'));
  return errors;
}

function orderErrors(name: string, amount: string, limit: string | undefined, at: string): readonly FieldError[] {
  if (limit === undefined) {
    return overcommits(name) ? [] : [required(`${at}.limits`, 'Limit must be set for non overcommitable resources')];
  }
  const [asked, most] = [toMilli(amount), toMilli(limit)];
  if (asked !== most && !overcommits(name)) {
    return [invalid(`${at}.requests`, amount, `must be equal to ${name} limit of ${limit}`)];
  }
  return asked > most
    ? [invalid(`${at}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`)]
    : [];
}
