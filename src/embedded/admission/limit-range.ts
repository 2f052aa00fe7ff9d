import { type JsonObject, objectsOf } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { podRequests } from '../../api/pod-requests.ts';
import { fromMilli, toMilli } from '../../api/quantity.ts';
import type { Limit } from '../builtin/limit-range.ts';
import { forbiddenRequest } from '../errors.ts';
import type { AdmissionStep } from './step.ts';

type Amounts = Readonly<Record<string, string>>;

const PODS = '/pods';
const NOTE = 'kubernetes.io/limit-ranger';
const LIMIT_RANGES = '/limitranges';

function limitsOf(objects: readonly KubeObject[], namespace: string | undefined): readonly Limit[] {
  return objects
    .filter(({ metadata }) => metadata.namespace === namespace)
    .flatMap(({ spec }) => (spec as { readonly limits?: readonly Limit[] } | undefined)?.limits ?? []);
}

/** Fills in what a namespace's LimitRanges say containers get, and refuses what they forbid. */
export const limitRanger: AdmissionStep = {
  mutate(object, { operation, resource }, view) {
    if (operation !== 'CREATE' || resource.table !== PODS) return object;
    const all = limitsOf(view.list(LIMIT_RANGES), object.metadata.namespace);
    const limits = all.filter(({ type }) => type === 'Container');
    if (limits.length === 0) return object;
    const spec = object.spec as JsonObject;
    const said: string[] = [];
    const fill =
      (sort: string) =>
      (container: JsonObject): JsonObject => {
        const full = limits.reduce(filled, container);
        said.push(...additions(container, full, `${sort} ${container.name}`));
        return full;
      };
    const containers = objectsOf(spec.containers).map(fill('container'));
    const initContainers = objectsOf(spec.initContainers).map(fill('init container'));
    const { annotations } = object.metadata;
    return {
      ...object,
      ...(said.length > 0 && {
        metadata: {
          ...object.metadata,
          annotations: { ...annotations, [NOTE]: `LimitRanger plugin set: ${said.join('; ')}` },
        },
      }),
      spec: { ...spec, containers, ...(spec.initContainers !== undefined && { initContainers }) },
    };
  },
  validate({ operation, resource, object }, view) {
    if (operation !== 'CREATE' || resource.table !== PODS || !object) return;
    const limits = limitsOf(view.list(LIMIT_RANGES), object.metadata.namespace);
    const problems = [...new Set(limits.flatMap((limit) => checks(limit, object.spec as JsonObject)))];
    if (problems.length === 0) return;
    const said = problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
    throw forbiddenRequest(resource.kind, object.metadata.name ?? '', String(said));
  },
};

/** What was filled in, in the words of the annotation that says so. */
function additions(before: JsonObject, after: JsonObject, whose: string): readonly string[] {
  return (['requests', 'limits'] as const).flatMap((which) => {
    const had = ((before.resources ?? {}) as Partial<Use>)[which] ?? {};
    const has = ((after.resources ?? {}) as Partial<Use>)[which] ?? {};
    const added = Object.keys(has).filter((name) => !(name in had));
    return added.length === 0 ? [] : [`${added.sort().join(', ')} ${which.slice(0, -1)} for ${whose}`];
  });
}

function filled(container: JsonObject, limit: Limit): JsonObject {
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

interface Use {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

function checks(limit: Limit, spec: JsonObject): readonly string[] {
  if (limit.type === 'Pod') return broken(limit, wholePod(spec));
  if (limit.type !== 'Container') return [];
  return [...objectsOf(spec.containers), ...objectsOf(spec.initContainers)].flatMap((container) => {
    const { requests = {}, limits = {} } = (container.resources ?? {}) as Partial<Use>;
    return broken(limit, { requests, limits });
  });
}

function wholePod(spec: JsonObject): Use {
  const { requests, limits } = podRequests(spec);
  const shown = (amounts: ReadonlyMap<string, bigint>): Amounts =>
    Object.fromEntries([...amounts].map(([name, amount]) => [name, fromMilli(amount)]));
  return { requests: shown(requests), limits: shown(limits) };
}

function broken(limit: Limit, { requests, limits }: Use): readonly string[] {
  const { type, min = {}, max = {}, maxLimitRequestRatio = {} } = limit;
  return [
    ...Object.entries(min).flatMap(([name, least]) => {
      const said = `minimum ${name} usage per ${type} is ${least}`;
      const [request, most] = [requests[name], limits[name]];
      if (request === undefined) return [`${said}.  No request is specified`];
      if (toMilli(request) < toMilli(least)) return [`${said}, but request is ${request}`];
      return most !== undefined && toMilli(most) < toMilli(least) ? [`${said}, but limit is ${most}`] : [];
    }),
    ...Object.entries(max).flatMap(([name, most]) => {
      const said = `maximum ${name} usage per ${type} is ${most}`;
      const [request, given] = [requests[name], limits[name]];
      if (given === undefined) return [`${said}.  No limit is specified`];
      if (toMilli(given) > toMilli(most)) return [`${said}, but limit is ${given}`];
      return request !== undefined && toMilli(request) > toMilli(most) ? [`${said}, but request is ${request}`] : [];
    }),
    ...Object.entries(maxLimitRequestRatio).flatMap(([name, most]) =>
      ratio(type, name, most, requests[name], limits[name]),
    ),
  ];
}

function ratio(type: string, name: string, most: string, request = '0', limit = '0'): readonly string[] {
  const said = `${name} max limit to request ratio per ${type} is ${most}, but`;
  if (toMilli(request) === 0n) return [`${said} no request is specified or request is 0`];
  if (toMilli(limit) === 0n) return [`${said} no limit is specified or limit is 0`];
  const provided = Number(toMilli(limit)) / Number(toMilli(request));
  return provided * 1000 > Number(toMilli(most)) ? [`${said} provided ratio is ${provided.toFixed(6)}`] : [];
}
