import { isIndexed, type Job, type JobSpec } from '../../api/batch.ts';
import { JOB } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import { phaseOf } from '../../api/pod-phase.ts';
import { jobStrategy } from '../../embedded/builtin/job/index.ts';
import { condition } from '../../embedded/controllers/job/conditions.ts';
import { podOf } from '../../embedded/controllers/job/template.ts';
import type { JobType } from '../../embedded/what-if/index.ts';
import type { Domain } from '../../runtime/domain.ts';

/**
 * Kubernetes' own Jobs as a simulated day takes them: the pods that run side by side, for as long as the Job takes.
 * How often their work is handed on to further pods meanwhile makes no difference to the nodes.
 */
export const batchJobType: JobType = {
  domain: {
    kind: JOB,
    owns: [],
    permissions: [],
    plan: ({ object, children }, now) => {
      const job = object as Job;
      const pods = children.filter(({ kind }) => kind === 'Pod');
      const done = pods.length > 0 && pods.every(hasSucceeded);
      const ended = condition('Complete', 'CompletionsReached', 'Reached expected number of succeeded pods', now);
      return {
        children: job.spec.suspend || done ? [] : podsOf(job),
        ...(job.spec.suspend && { remove: pods.map((pod) => ({ object: pod })) }),
        ...(done && { status: { conditions: [ended] } }),
      };
    },
  } satisfies Domain,
  podSets: (object) => [{ name: 'pods', count: atOnce(specOf(object)), spec: specOf(object).template.spec }],
  isSuspended: (object) => specOf(object).suspend,
  withSuspension: (object, suspend) => ({ ...object, spec: { ...specOf(object), suspend } }),
  withPlacement: (object, _podSet, { nodeLabels, tolerations }) => {
    const { template, ...rest } = specOf(object);
    const pod = template.spec as { readonly nodeSelector?: object; readonly tolerations?: readonly unknown[] };
    const spec = {
      ...pod,
      nodeSelector: { ...pod.nodeSelector, ...nodeLabels },
      tolerations: [...(pod.tolerations ?? []), ...tolerations],
    };
    return { ...object, spec: { ...rest, template: { ...template, spec } } };
  },
  priorityClassOf: (object) => specOf(object).template.spec.priorityClassName as string | undefined,
};

/** A Job as an API server stores it, and what is wrong with it. */
export function admittedJob(object: KubeObject): { readonly object: KubeObject; readonly problems: readonly string[] } {
  const uid = '00000000-0000-4000-8000-000000000000';
  const decoded = jobStrategy.decode?.(object).object ?? object;
  const named = { ...decoded, metadata: { ...decoded.metadata, uid } };
  const prepared = jobStrategy.prepareForCreate?.(named, { now: 0, random: () => 0 }) ?? named;
  const errors = jobStrategy.validate?.(prepared, undefined, []) ?? [];
  return { object: prepared, problems: errors.map(({ field, message }) => `${field}: ${message}`) };
}

const specOf = (object: KubeObject): JobSpec => (object as Job).spec;

/** Pods that run side by side. */
const atOnce = ({ parallelism, completions }: JobSpec): number => Math.min(parallelism, completions ?? parallelism);

function podsOf(job: Job): readonly KubeObject[] {
  return Array.from({ length: atOnce(job.spec) }, (_, index) => {
    const pod = podOf(job, isIndexed(job.spec) ? { index } : undefined);
    const { generateName: _name, finalizers: _finalizers, ...metadata } = pod.metadata;
    return { ...pod, metadata: { ...metadata, name: `${job.metadata.name}-${index}` } };
  });
}

const hasSucceeded = (pod: KubeObject): boolean => phaseOf(pod) === 'Succeeded';
