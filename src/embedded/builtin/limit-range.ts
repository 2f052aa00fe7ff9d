import type { KubeObject } from '../../api/kube.ts';
import { toMilli } from '../../api/quantity.ts';
import { drawUid } from '../object-meta.ts';
import type { FieldError, Strategy } from '../strategy.ts';
import { duplicate, forbidden, invalid } from '../structural/field-errors.ts';

type Amounts = Readonly<Record<string, string>>;

export interface Limit {
  readonly type: string;
  readonly default?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly min?: Amounts;
  readonly max?: Amounts;
  readonly maxLimitRequestRatio?: Amounts;
}

/** Limits of containers: what is not said follows from what is. */
export const limitRangeStrategy: Strategy = {
  decode: (object) => {
    const { limits } = (object.spec ?? {}) as { readonly limits?: readonly Limit[] | null };
    if (!limits) return { object, unknown: [] };
    return { object: { ...object, spec: { ...(object.spec as object), limits: limits.map(defaulted) } }, unknown: [] };
  },
  prepareForCreate: (object, { random }) =>
    object.metadata.name ? object : { ...object, metadata: { ...object.metadata, name: drawUid(random) } },
  validate: (next, _previous, earlier) => [...earlier, ...limitErrors(next)],
};

function defaulted(limit: Limit): Limit {
  if (limit.type !== 'Container') return limit;
  const limits = { ...limit.max, ...limit.default };
  const requests = { ...limit.min, ...limits, ...limit.defaultRequest };
  return {
    ...limit,
    ...(Object.keys(limits).length > 0 && { default: limits }),
    ...(Object.keys(requests).length > 0 && { defaultRequest: requests }),
  };
}

function limitErrors(object: KubeObject): readonly FieldError[] {
  const { limits } = object.spec as { readonly limits?: readonly Limit[] | null };
  const types = new Set<string>();
  return (limits ?? []).flatMap((limit, index) => {
    const at = `spec.limits[${index}]`;
    const repeated = types.has(limit.type) ? [duplicate(`${at}.type`, limit.type)] : [];
    types.add(limit.type);
    return [...repeated, ...podDefaults(limit, at), ...orderErrors(limit, at)];
  });
}

function podDefaults(limit: Limit, at: string): readonly FieldError[] {
  if (limit.type !== 'Pod') return [];
  const given = (['default', 'defaultRequest'] as const).filter((field) => limit[field] !== undefined);
  return given.map((field) => forbidden(`${at}.${field}`, "may not be specified when `type` is 'Pod'"));
}

type Bound = 'min' | 'max' | 'default' | 'defaultRequest';

/** Lesser field, greater field, the field that is blamed, and both names. */
const ORDERS: readonly (readonly [Bound, Bound, Bound, Bound, string, string])[] = [
  ['min', 'max', 'min', 'min', 'min', 'max'],
  ['min', 'defaultRequest', 'defaultRequest', 'defaultRequest', 'min', 'default request'],
  ['defaultRequest', 'max', 'defaultRequest', 'defaultRequest', 'default request', 'max'],
  ['defaultRequest', 'default', 'defaultRequest', 'defaultRequest', 'default request', 'default limit'],
  ['min', 'default', 'default', 'min', 'min', 'default'],
  ['default', 'max', 'default', 'max', 'default', 'max'],
];

function orderErrors(limit: Limit, at: string): readonly FieldError[] {
  const names = new Set(
    (['max', 'min', 'default', 'defaultRequest'] as const).flatMap((f) => Object.keys(limit[f] ?? {})),
  );
  return [...names].flatMap((name) =>
    ORDERS.flatMap(([lesser, greater, blamed, shown, less, more]) => {
      const [low, high] = [limit[lesser]?.[name], limit[greater]?.[name]];
      if (low === undefined || high === undefined || toMilli(low) <= toMilli(high)) return [];
      const why = `${less} value ${low} is greater than ${more} value ${high}`;
      return [invalid(`${at}.${blamed}[${name}]`, limit[shown]?.[name], why)];
    }),
  );
}
