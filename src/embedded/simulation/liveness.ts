import { JOB } from '../../api/kinds.ts';
import { conditionOf, controllerOf, type KubeObject, keyOf } from '../../api/kube.ts';
import { hasEnded, phaseOf } from '../../api/pod-phase.ts';
import { resourceId } from '../resource.ts';
import type { Store } from '../store.ts';
import { InvariantViolation } from './invariants.ts';

const holds = (object: KubeObject, type: string): boolean => conditionOf(object, type)?.status === 'True';

const JOBS = resourceId(JOB);

/** What has to be true once nothing goes wrong any more. Throws {@link InvariantViolation}. */
export function liveness(store: Store, jobTables: readonly string[]): void {
  const jobs = [...jobTables, JOBS].flatMap((table) => store.list(table));
  for (const job of jobs) checkJob(job, store);
  const uids = new Set(jobs.map(({ metadata }) => metadata.uid));
  for (const table of ['/pods', '/services', JOBS]) {
    for (const child of store.list(table)) {
      const owner = controllerOf(child);
      if (owner && !uids.has(owner.uid))
        throw new InvariantViolation(`${table} ${keyOf(child.metadata)} outlives its ${owner.kind}`);
      if (child.metadata.deletionTimestamp)
        throw new InvariantViolation(`${table} ${keyOf(child.metadata)} is being deleted for ever`);
    }
  }
}

function checkJob(job: KubeObject, store: Store): void {
  const name = `${job.kind} ${keyOf(job.metadata)}`;
  const runPolicy = policyOf(job);
  const pods = store.list('/pods').filter((pod) => controllerOf(pod)?.uid === job.metadata.uid);
  if (job.metadata.deletionTimestamp) throw new InvariantViolation(`${name} is being deleted for ever`);
  const ended = ['Succeeded', 'Completed', 'Complete', 'Failed'].some((type) => holds(job, type));
  if (ended) {
    if (runPolicy.ttlSecondsAfterFinished !== undefined)
      throw new InvariantViolation(`${name} outlived its time to live`);
    const live = pods.filter((pod) => !hasEnded(pod));
    const kept = (runPolicy.cleanPodPolicy ?? 'None') === 'None';
    if (live.length > 0 && !kept)
      throw new InvariantViolation(`${name} has ended, and ${keyOf((live[0] as KubeObject).metadata)} runs on`);
    return;
  }
  if (runPolicy.suspend) {
    if (!holds(job, 'Suspended'))
      throw new InvariantViolation(`${name} is to be suspended and does not say that it is`);
    const counted = job.kind === JOB.kind ? pods.filter(isRunning) : pods;
    if (counted.length > 0) throw new InvariantViolation(`${name} is suspended and has pods`);
    return;
  }
  if (runsForEver(job) && pods.length === wantedPods(job) && pods.every(isRunning)) return;
  throw new InvariantViolation(`${name} neither ended nor is suspended: ${JSON.stringify(job.status)}`);
}

interface Policy {
  readonly suspend?: boolean;
  readonly ttlSecondsAfterFinished?: number;
  readonly activeDeadlineSeconds?: number;
  readonly cleanPodPolicy?: string;
}

/** Training jobs have a policy of their own; others say the same in their spec, and leave no pod running. */
function policyOf({ spec }: KubeObject): Policy {
  const { runPolicy, ...own } = spec as Policy & { readonly runPolicy?: Policy };
  if (runPolicy || 'runPolicy' in (spec as object)) return runPolicy ?? {};
  return { cleanPodPolicy: 'Running', ...own };
}

interface Replica {
  readonly replicas?: number;
  readonly restartPolicy?: string;
}

/** By its field's name: `pytorchReplicaSpecs`, `jaxReplicaSpecs`. */
function replicasOf(job: KubeObject): readonly Replica[] {
  const field = Object.keys(job.spec as object).find((name) => name.endsWith('ReplicaSpecs')) ?? '';
  return Object.values((job.spec as Record<string, Record<string, Replica>>)[field] ?? {});
}

/** Pods that are started again even when they succeed. */
function runsForEver(job: KubeObject): boolean {
  const runPolicy = policyOf(job);
  const always = replicasOf(job).some(({ restartPolicy }) => restartPolicy === 'Always');
  return always && runPolicy.activeDeadlineSeconds === undefined && holds(job, 'Running');
}

const wantedPods = (job: KubeObject): number => replicasOf(job).reduce((sum, { replicas = 1 }) => sum + replicas, 0);

const isRunning = (pod: KubeObject): boolean => phaseOf(pod) === 'Running';
