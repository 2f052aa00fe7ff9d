import { objectOf } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { quotaProblems } from '../../api/scheduling/quota.ts';
import { type Finding, finding } from './codes.ts';
import type { PodSet } from './pod-sets.ts';

/** Quotas with scopes count only some pods; which of them is not judged here. */
const SCOPED = ['scopes', 'scopeSelector'];

/** Pods that a ResourceQuota of their namespace refuses, even when nothing else runs there. */
export function quotaFindings(sets: readonly PodSet[], quotas: readonly KubeObject[], defaults: boolean): Finding[] {
  if (sets.length === 0) return [];
  return quotas.flatMap((quota) => {
    const spec = objectOf(quota.spec);
    if (SCOPED.some((field) => spec[field] !== undefined)) return [];
    const hard = Object.fromEntries(Object.entries(objectOf(spec.hard)).map(([name, most]) => [name, String(most)]));
    const problems = quotaProblems(sets, { name: quota.metadata.name ?? '', hard }, defaults);
    return problems.map(({ code, path, message }) => finding(code, path, message));
  });
}
