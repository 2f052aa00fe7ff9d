import type { KubeObject } from '../../api/kube.ts';
import { toMilli } from '../../api/quantity.ts';
import { forbiddenRequest } from '../errors.ts';
import type { AdmissionStep } from './step.ts';

type Fields = Readonly<Record<string, unknown>>;
type Amounts = Readonly<Record<string, string>>;

interface Limit {
  readonly type: string;
  readonly default?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly min?: Amounts;
  readonly max?: Amounts;
}

const PODS = '/pods';
const LIMIT_RANGES = '/limitranges';
const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);

function limitsOf(objects: readonly KubeObject[], namespace: string | undefined): readonly Limit[] {
  return objects
    .filter(({ metadata }) => metadata.namespace === namespace)
    .flatMap(({ spec }) => (spec as { readonly limits?: readonly Limit[] } | undefined)?.limits ?? [])
    .filter(({ type }) => type === 'Container');
}

/** Fills in what a namespace's LimitRanges say containers get, and refuses what they forbid. */
export const limitRanger: AdmissionStep = {
  mutate(object, { operation, resource }, view) {
    if (operation !== 'CREATE' || resource.table !== PODS) return object;
    const limits = limitsOf(view.list(LIMIT_RANGES), object.metadata.namespace);
    if (limits.length === 0) return object;
    const spec = object.spec as Fields;
    const fill = (container: Fields): Fields => limits.reduce(filled, container);
    return {
      ...object,
      spec: {
        ...spec,
        containers: list(spec.containers).map(fill),
        ...(spec.initContainers !== undefined && { initContainers: list(spec.initContainers).map(fill) }),
      },
    };
  },
  validate({ operation, resource, object }, view) {
    if (operation !== 'CREATE' || resource.table !== PODS || !object) return;
    const limits = limitsOf(view.list(LIMIT_RANGES), object.metadata.namespace);
    const problems = limits.flatMap((limit) =>
      list((object.spec as Fields).containers).flatMap((container) => broken(limit, container)),
    );
    if (problems.length === 0) return;
    const said = problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
    throw forbiddenRequest(resource.kind, object.metadata.name ?? '', String(said));
  },
};

function filled(container: Fields, limit: Limit): Fields {
  const {
    limits = {},
    requests = {},
    ...rest
  } = (container.resources ?? {}) as {
    readonly limits?: Amounts;
    readonly requests?: Amounts;
  };
  const allLimits = { ...limit.default, ...limits };
  const allRequests = { ...limit.defaultRequest, ...requests };
  return {
    ...container,
    resources: {
      ...rest,
      ...(Object.keys(allLimits).length > 0 && { limits: allLimits }),
      ...(Object.keys(allRequests).length > 0 && { requests: allRequests }),
    },
  };
}

function broken(limit: Limit, container: Fields): readonly string[] {
  const { limits = {}, requests = {} } = (container.resources ?? {}) as {
    readonly limits?: Amounts;
    readonly requests?: Amounts;
  };
  const tooLittle = Object.entries(limit.min ?? {}).flatMap(([name, least]) => {
    const amount = requests[name];
    if (amount === undefined) return [`minimum ${name} usage per Container is ${least}.  No request is specified`];
    return toMilli(amount) < toMilli(least)
      ? [`minimum ${name} usage per Container is ${least}, but request is ${amount}`]
      : [];
  });
  const tooMuch = Object.entries(limit.max ?? {}).flatMap(([name, most]) => {
    const amount = limits[name];
    if (amount === undefined) return [`maximum ${name} usage per Container is ${most}.  No limit is specified`];
    return toMilli(amount) > toMilli(most)
      ? [`maximum ${name} usage per Container is ${most}, but limit is ${amount}`]
      : [];
  });
  return [...tooLittle, ...tooMuch];
}
