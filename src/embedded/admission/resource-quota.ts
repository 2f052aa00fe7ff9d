import type { KubeObject } from '../../api/kube.ts';
import { hasEnded } from '../../api/pod-phase.ts';
import { podRequests } from '../../api/pod-requests.ts';
import { fromMilli, toMilli } from '../../api/quantity.ts';
import { kindId } from '../../runtime/resource-path.ts';
import { forbiddenRequest } from '../errors.ts';
import type { AdmissionStep, AdmissionView } from './step.ts';

type Amounts = Readonly<Record<string, string>>;

/** By the names that a quota limits them by, in thousandths. */
export type Usage = ReadonlyMap<string, bigint>;

const QUOTAS = '/resourcequotas';
const PODS = '/pods';
const SHORT: Readonly<Record<string, string>> = { cpu: 'requests.cpu', memory: 'requests.memory' };

/** Refuses what a namespace's ResourceQuotas have no room for. */
export const resourceQuota: AdmissionStep = {
  validate({ operation, resource, object }, view) {
    if (operation !== 'CREATE' || !object) return;
    for (const quota of quotasOf(object.metadata.namespace ?? '', view)) {
      const asked = usageOf(resource.table, object, resource.table === PODS);
      checkSpecified(quota, resource, object);
      const limits = limitsOf(quota);
      if (![...limits.keys()].some((name) => (asked.get(name) ?? 0n) > 0n)) continue;
      const refusal = excess(quota, limits, asked, quotaUsage(quota, view));
      if (refusal) throw forbiddenRequest(resource.kind, object.metadata.name ?? '', refusal);
    }
  },
};

const hardOf = (quota: KubeObject): Amounts => ((quota.spec ?? {}) as { readonly hard?: Amounts }).hard ?? {};

/** What a quota grants, in thousandths. */
export const limitsOf = (quota: KubeObject): Usage =>
  new Map(Object.entries(hardOf(quota)).map(([name, amount]) => [name, toMilli(String(amount))]));

/** Why a quota has no room for what is asked besides what is used; undefined where it has. */
export function excess(quota: KubeObject, limits: Usage, asked: Usage, used: Usage): string | undefined {
  const over = [...limits].filter(([name, limit]) => {
    const wanted = asked.get(name) ?? 0n;
    return wanted > 0n && (used.get(name) ?? 0n) + wanted > limit;
  });
  if (over.length === 0) return undefined;
  const hard = hardOf(quota);
  const say = (amount: (name: string) => string) => over.map(([name]) => `${name}=${amount(name)}`).join(',');
  const requested = say((name) => fromMilli(asked.get(name) ?? 0n));
  const inUse = say((name) => fromMilli(used.get(name) ?? 0n));
  return `exceeded quota: ${quota.metadata.name}, requested: ${requested}, used: ${inUse}, limited: ${say((name) => String(hard[name]))}`;
}

interface Asking {
  readonly name?: string;
  readonly resources?: { readonly requests?: Amounts; readonly limits?: Amounts };
}

/** A namespace that limits CPU or memory takes only pods that say how much they need. */
export function checkSpecified(
  quota: KubeObject,
  resource: Parameters<NonNullable<AdmissionStep['validate']>>[0]['resource'],
  pod: KubeObject,
): void {
  if (resource.table !== PODS) return;
  const hard = hardOf(quota);
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
export function quotaUsage(quota: KubeObject, view: AdmissionView): Usage {
  const hard = hardOf(quota);
  const { namespace } = quota.metadata;
  const used = new Map<string, bigint>(Object.keys(hard).map((name) => [name, 0n]));
  const tables = new Set(Object.keys(hard).map(tableOf));
  for (const table of tables) {
    for (const object of view.list(table)) {
      if (object.metadata.namespace !== namespace || (table === PODS && hasEnded(object))) continue;
      for (const [name, amount] of usageOf(table, object, true)) {
        if (used.has(name)) used.set(name, (used.get(name) ?? 0n) + amount);
      }
    }
  }
  return used;
}

/** The table whose objects a quota's resource counts. */
function tableOf(name: string): string {
  const counted = /^count\/([^.]+)\.?(.*)$/.exec(name);
  if (counted) return `${counted[2] ?? ''}/${counted[1]}`;
  const counts = ['pods', 'services', 'secrets', 'configmaps', 'persistentvolumeclaims', 'resourcequotas'];
  return counts.includes(name) ? `/${name}` : PODS;
}

/** What one object takes, under every name a quota may limit it by, in thousandths. */
export function usageOf(table: string, object: KubeObject, isPod: boolean): Usage {
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
