import type { KubeObject } from '../../api/kube.ts';
import { podRequests } from '../../api/pod-requests.ts';
import { fromMilli, toMilli } from '../../api/quantity.ts';
import { type Finding, finding } from './codes.ts';
import { demandOf } from './demand.ts';
import { fieldsOf } from './fields.ts';
import type { PodSet } from './pod-sets.ts';

/** Quotas with scopes count only some pods; which of them is not judged here. */
const SCOPED = ['scopes', 'scopeSelector'];
const COMPUTE = /^(requests\.|limits\.)?(cpu|memory|ephemeral-storage)$/;

/** Pods that a ResourceQuota of their namespace refuses, even when nothing else runs there. */
export function quotaFindings(sets: readonly PodSet[], quotas: readonly KubeObject[], defaults: boolean): Finding[] {
  if (sets.length === 0) return [];
  const demand = demandOf(sets);
  return quotas.flatMap((quota) => {
    const spec = fieldsOf(quota.spec);
    if (SCOPED.some((field) => spec[field] !== undefined)) return [];
    const hard = Object.entries(fieldsOf(spec.hard));
    const name = quota.metadata.name ?? '';
    return [
      ...hard.flatMap(([resource, most]) => tooMuch(demand.get(resource), resource, String(most), name)),
      ...(defaults ? [] : hard.flatMap(([resource]) => unsaid(sets, resource, name))),
    ];
  });
}

function tooMuch(asked: bigint | undefined, resource: string, most: string, quota: string): Finding[] {
  if (asked === undefined || asked <= toMilli(most)) return [];
  const message = `its pods ask for ${fromMilli(asked)} ${resource}, and ResourceQuota ${quota} gives ${most}: ask for less, or raise the quota`;
  return [finding('quota-too-small', '', message)];
}

/** A quota of cpu or memory refuses pods that do not say how much they take. */
function unsaid(sets: readonly PodSet[], resource: string, quota: string): Finding[] {
  const [, which, name] = COMPUTE.exec(resource) ?? [];
  if (name === undefined) return [];
  return sets.flatMap(({ path, spec }) => {
    const { requests, limits } = podRequests(spec);
    const said = which === 'limits.' ? limits.has(name) : requests.has(name) || limits.has(name);
    if (said) return [];
    const kind = which === 'limits.' ? 'limit' : 'request';
    const message = `ResourceQuota ${quota} counts ${resource}, so that pods without a ${kind} of ${name} are refused: write it, or add a LimitRange with defaults`;
    return [finding('quota-needs-request', path, message)];
  });
}
