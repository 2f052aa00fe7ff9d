import type { KubeObject } from '../../api/kube.ts';
import { podRequests } from '../../api/pod-requests.ts';
import { fromMilli, toMilli } from '../../api/quantity.ts';
import { kindId } from '../../runtime/resource-path.ts';
import { forbiddenRequest } from '../errors.ts';
import type { AdmissionStep, AdmissionView } from './step.ts';

type Amounts = Readonly<Record<string, string>>;

interface QuotaSpec {
  readonly hard?: Amounts;
  readonly scopes?: readonly string[];
  readonly scopeSelector?: unknown;
}

const QUOTAS = '/resourcequotas';
const PODS = '/pods';
const ENDED = new Set(['Succeeded', 'Failed']);
const SHORT: Readonly<Record<string, string>> = { cpu: 'requests.cpu', memory: 'requests.memory' };

/** Refuses what a namespace's ResourceQuotas have no room for. */
export const resourceQuota: AdmissionStep = {
  validate({ operation, resource, object }, view) {
    if (operation !== 'CREATE' || !object) return;
    for (const quota of quotasOf(object.metadata.namespace ?? '', view)) {
      const { hard = {} } = (quota.spec ?? {}) as QuotaSpec;
      const asked = usageOf(resource.table, object, resource.table === PODS);
      checkSpecified(quota, hard, resource, object);
      const limited = Object.keys(hard).filter((name) => (asked.get(name) ?? 0n) > 0n);
      if (limited.length === 0) continue;
      const used = quotaUsage(quota, view);
      const exceeded = limited.filter(
        (name) => (used.get(name) ?? 0n) + (asked.get(name) ?? 0n) > toMilli(String(hard[name])),
      );
      if (exceeded.length === 0) continue;
      const say = (amount: (name: string) => string) => exceeded.map((name) => `${name}=${amount(name)}`).join(',');
      throw forbiddenRequest(
        resource.kind,
        object.metadata.name ?? '',
        `exceeded quota: ${quota.metadata.name}, requested: ${say((name) => fromMilli(asked.get(name) ?? 0n))}, used: ${say((name) => fromMilli(used.get(name) ?? 0n))}, limited: ${say((name) => String(hard[name]))}`,
      );
    }
  },
};

interface Asking {
  readonly name?: string;
  readonly resources?: { readonly requests?: Amounts; readonly limits?: Amounts };
}

/** A namespace that limits CPU or memory takes only pods that say how much they need. */
export function checkSpecified(
  quota: KubeObject,
  hard: Amounts,
  resource: Parameters<NonNullable<AdmissionStep['validate']>>[0]['resource'],
  pod: KubeObject,
): void {
  if (resource.table !== PODS) return;
  const spec = (pod.spec ?? {}) as { readonly [field in 'containers' | 'initContainers']?: readonly Asking[] };
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const missing = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']
    .filter((name) => hard[name] !== undefined)
    .flatMap((name) => {
      const [list, amount] = name.startsWith('limits.')
        ? ['limits', name.slice(7)]
        : ['requests', name.replace('requests.', '')];
      const without = containers.filter(
        ({ resources }) => resources?.[list as 'limits' | 'requests']?.[amount as string] === undefined,
      );
      return without.length === 0 ? [] : [`${name} for: ${without.map((container) => container.name).join(',')}`];
    });
  if (missing.length === 0) return;
  throw forbiddenRequest(
    resource.kind,
    pod.metadata.name ?? '',
    `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`,
  );
}

function quotasOf(namespace: string, view: AdmissionView): readonly KubeObject[] {
  return view.list(QUOTAS).filter(({ metadata }) => metadata.namespace === namespace);
}

/** What a namespace uses of the resources that a quota limits, in thousandths. */
export function quotaUsage(quota: KubeObject, view: AdmissionView): ReadonlyMap<string, bigint> {
  const { hard = {} } = (quota.spec ?? {}) as QuotaSpec;
  const { namespace } = quota.metadata;
  const used = new Map<string, bigint>(Object.keys(hard).map((name) => [name, 0n]));
  const tables = new Set(Object.keys(hard).map(tableOf));
  for (const table of tables) {
    for (const object of view.list(table)) {
      if (object.metadata.namespace !== namespace || ended(table, object)) continue;
      for (const [name, amount] of usageOf(table, object, true)) {
        if (used.has(name)) used.set(name, (used.get(name) ?? 0n) + amount);
      }
    }
  }
  return used;
}

const ended = (table: string, object: KubeObject): boolean =>
  table === PODS && ENDED.has(String((object.status as { phase?: string } | undefined)?.phase));

/** The table whose objects a quota's resource counts. */
function tableOf(name: string): string {
  const counted = /^count\/([^.]+)\.?(.*)$/.exec(name);
  if (counted) return `${counted[2] ?? ''}/${counted[1]}`;
  const counts = ['pods', 'services', 'secrets', 'configmaps', 'persistentvolumeclaims', 'resourcequotas'];
  return counts.includes(name) ? `/${name}` : PODS;
}

/** What one object takes, under every name a quota may limit it by, in thousandths. */
export function usageOf(table: string, object: KubeObject, isPod: boolean): ReadonlyMap<string, bigint> {
  const [group = '', plural = ''] = table.split('/');
  const one = 1000n;
  const usage = new Map<string, bigint>([[`count/${kindId({ group, plural })}`, one]]);
  if (group === '') usage.set(plural, one);
  if (!isPod || table !== PODS) return usage;
  const { requests, limits } = podRequests((object.spec ?? {}) as Readonly<Record<string, unknown>>);
  for (const [name, amount] of requests) {
    usage.set(SHORT[name] ?? `requests.${name}`, amount);
    if (SHORT[name]) usage.set(name, amount);
  }
  for (const [name, amount] of limits) usage.set(`limits.${name}`, amount);
  return usage;
}
