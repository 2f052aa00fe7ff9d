import { podRequests } from '../pod-requests.ts';
import { fromMilli, toMilli } from '../quantity.ts';
import { demandOf, type TemplatePods } from './demand.ts';

/** What a namespace may have, as a ResourceQuota says it. */
export interface HardQuota {
  readonly name: string;
  readonly hard: Readonly<Record<string, string>>;
}

/** Why a quota refuses pods, even when nothing else runs in the namespace. */
export interface QuotaProblem {
  readonly code: 'quota-too-small' | 'quota-needs-request';
  /** Which pods; empty for all of them. */
  readonly path: string;
  readonly message: string;
}

const COMPUTE = /^(requests\.|limits\.)?(cpu|memory|ephemeral-storage)$/;

/** @param defaults a LimitRange fills in what containers leave out */
export function quotaProblems(sets: readonly TemplatePods[], quota: HardQuota, defaults = false): QuotaProblem[] {
  const demand = demandOf(sets);
  const hard = Object.entries(quota.hard);
  return [
    ...hard.flatMap(([resource, most]) => tooMuch(demand.get(resource), resource, most, quota.name)),
    ...(defaults ? [] : hard.flatMap(([resource]) => unsaid(sets, resource, quota.name))),
  ];
}

function tooMuch(asked: bigint | undefined, resource: string, most: string, quota: string): QuotaProblem[] {
  if (asked === undefined || asked <= toMilli(most)) return [];
  const message = `its pods ask for ${fromMilli(asked)} ${resource}, and ResourceQuota ${quota} gives ${most}: ask for less, or raise the quota`;
  return [{ code: 'quota-too-small', path: '', message }];
}

/** A quota of cpu or memory refuses pods that do not say how much they take. */
function unsaid(sets: readonly TemplatePods[], resource: string, quota: string): QuotaProblem[] {
  const [, which, name] = COMPUTE.exec(resource) ?? [];
  if (name === undefined) return [];
  return sets.flatMap(({ path, spec }) => {
    const { requests, limits } = podRequests(spec);
    const said = which === 'limits.' ? limits.has(name) : requests.has(name) || limits.has(name);
    if (said) return [];
    const kind = which === 'limits.' ? 'limit' : 'request';
    const message = `ResourceQuota ${quota} counts ${resource}, so that pods without a ${kind} of ${name} are refused: write it, or add a LimitRange with defaults`;
    return [{ code: 'quota-needs-request', path, message }];
  });
}
