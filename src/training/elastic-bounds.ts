import { type Job, replicaOf } from './job.ts';
import type { Autoscaling } from './job-kind.ts';

/** The part of an elastic policy that every elastic kind has. */
export interface ElasticBounds {
  readonly minReplicas?: number | undefined;
  readonly maxReplicas?: number | undefined;
  readonly metrics?: readonly unknown[] | undefined;
}

/** The bounds of an elastic job: each copies the other, and both copy the number of workers. */
export function elasticBounds(
  job: Job,
  { minReplicas, maxReplicas }: ElasticBounds,
): { readonly min: number; readonly max: number } {
  const workers = replicaOf(job, 'Worker')?.count ?? 1;
  return { min: minReplicas ?? maxReplicas ?? workers, max: maxReplicas ?? minReplicas ?? workers };
}

/** The autoscaler of an elastic job; none without metrics to scale by. */
export function autoscalingOf(job: Job, policy: ElasticBounds | undefined): Autoscaling | undefined {
  const metrics = policy?.metrics ?? [];
  if (!policy || metrics.length === 0) return undefined;
  const { min, max } = elasticBounds(job, policy);
  return { minReplicas: min, maxReplicas: max, metrics };
}
