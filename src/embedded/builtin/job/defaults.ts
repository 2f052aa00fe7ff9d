import type { JobSpec, PodFailureRule } from '../../../api/batch.ts';
import type { KubeObject } from '../../../api/kube.ts';
import { defaultTemplateSpec } from '../pod-defaults.ts';

const MOST = 2 ** 31 - 1;
const BACKOFF_LIMIT = 6;

/** A Job with kube-apiserver's defaults filled in. */
export function defaultJob(object: KubeObject): KubeObject {
  const given = (object.spec ?? {}) as Partial<JobSpec>;
  const { template } = given;
  const spec = {
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: given.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed',
    backoffLimit: given.backoffLimitPerIndex === undefined ? BACKOFF_LIMIT : MOST,
    parallelism: 1,
    ...(given.parallelism === undefined && { completions: given.completions ?? 1 }),
    ...given,
    ...(template && { template: { ...template, spec: defaultTemplateSpec(template.spec ?? {}) } }),
    ...(given.podFailurePolicy && { podFailurePolicy: defaultPolicy(given.podFailurePolicy) }),
  };
  const metadata = withLabels(object.metadata, template?.metadata?.labels);
  return { ...object, metadata, spec, ...(object.status ? { status: withoutZeros(object.status) } : {}) };
}

const LEFT_OUT = new Set(['active', 'succeeded', 'failed', 'completedIndexes']);

/** Counts of nothing are not written. */
const withoutZeros = (status: object): object =>
  Object.fromEntries(Object.entries(status).filter(([name, value]) => value || !LEFT_OUT.has(name)));

/** A Job that has no labels has those of its pods. */
export function withLabels<T extends KubeObject['metadata']>(metadata: T, labels: T['labels']): T {
  const bare = Object.keys(metadata?.labels ?? {}).length === 0;
  return bare && labels && Object.keys(labels).length > 0 ? { ...metadata, labels } : metadata;
}

function defaultPolicy(policy: NonNullable<JobSpec['podFailurePolicy']>): unknown {
  if (!policy.rules) return policy;
  return { ...policy, rules: policy.rules.map(defaultRule) };
}

const defaultRule = (rule: PodFailureRule): PodFailureRule =>
  rule.onPodConditions
    ? {
        ...rule,
        onPodConditions: rule.onPodConditions.map(({ type, status }) => ({ type, status: status || 'True' })),
      }
    : rule;
