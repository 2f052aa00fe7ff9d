import { COMPLETION_INDEX_ANNOTATION, JOB_TRACKING_FINALIZER, type Job } from '../../../api/batch.ts';
import { type Condition, conditionOf, type KubeObject, type ObjectMeta } from '../../../api/kube.ts';
import { hasEnded, phaseOf } from '../../../api/pod-phase.ts';

export interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: {
    readonly terminated?: { readonly exitCode?: number; readonly finishedAt?: string | null };
  };
}

/** A pod as far as its Job looks at it. */
export interface JobPod extends KubeObject {
  readonly metadata: ObjectMeta & { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly initContainers?: readonly { readonly name: string; readonly restartPolicy?: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

const isDeleted = ({ metadata }: JobPod): boolean => metadata.deletionTimestamp !== undefined;

export const isActive = (pod: JobPod): boolean => !hasEnded(pod) && !isDeleted(pod);
export const isTerminating = (pod: JobPod): boolean => !hasEnded(pod) && isDeleted(pod);
export const isReady = (pod: JobPod): boolean => conditionOf(pod, 'Ready')?.status === 'True';
export const isTracked = ({ metadata }: Pick<JobPod, 'metadata'>): boolean =>
  (metadata.finalizers ?? []).includes(JOB_TRACKING_FINALIZER);

/** Whether a pod is replaced only once it has failed, not as soon as it is on its way out. */
export const replacesFailedOnly = ({ spec }: Job): boolean =>
  spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;

/** Whether a pod counts as a failure of its Job. */
export function isFailed(pod: JobPod, job: Job): boolean {
  if (phaseOf(pod) === 'Failed') return true;
  if (replacesFailedOnly(job)) return false;
  return isDeleted(pod) && phaseOf(pod) !== 'Succeeded';
}

/** A pod's index; undefined for one that has none. */
export function indexOf({ metadata }: JobPod): number | undefined {
  const text = metadata.annotations?.[COMPLETION_INDEX_ANNOTATION];
  return text !== undefined && /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

/** A pod's index where the Job still has it. */
export function validIndexOf(pod: JobPod, { spec }: Job): number | undefined {
  const index = indexOf(pod);
  return index !== undefined && index < (spec.completions ?? 0) ? index : undefined;
}

/** When a pod came to its end, as well as can be told: milliseconds since the epoch. */
export function finishTime(pod: JobPod): number {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp = '' } = pod.metadata;
  const ofContainers = lastContainerEnd(pod);
  if (ofContainers !== undefined) return ofContainers;
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime) return Date.parse(ready.lastTransitionTime);
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp);
}

/** Sidecars count, other init containers do not. */
function lastContainerEnd({ spec, status }: JobPod): number | undefined {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const beside = new Set(sidecars.map(({ name }) => name));
  const all = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => beside.has(name)),
  ];
  const ends = all.map(({ state }) => state?.terminated?.finishedAt);
  if (ends.length === 0 || ends.some((end) => !end)) return undefined;
  return Math.max(...ends.map((end) => Date.parse(String(end))));
}

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** The order in which pods are given up: first those that came the least far. */
export function byWorth(a: JobPod, b: JobPod): number {
  const [placedA, placedB] = [Boolean(a.spec.nodeName), Boolean(b.spec.nodeName)];
  if (placedA !== placedB) return placedA ? 1 : -1;
  const phase = (PHASES[phaseOf(a)] ?? 0) - (PHASES[phaseOf(b)] ?? 0);
  if (phase !== 0) return phase;
  if (isReady(a) !== isReady(b)) return isReady(a) ? 1 : -1;
  if (isReady(a)) {
    const since = readyTime(b) - readyTime(a);
    if (since !== 0) return since;
  }
  const restarts = mostRestarts(b) - mostRestarts(a);
  if (restarts !== 0) return restarts;
  return Date.parse(b.metadata.creationTimestamp ?? '') - Date.parse(a.metadata.creationTimestamp ?? '');
}

const readyTime = (pod: JobPod): number => Date.parse(conditionOf(pod, 'Ready')?.lastTransitionTime ?? '') || 0;
const mostRestarts = ({ status }: JobPod): number =>
  Math.max(0, ...(status?.containerStatuses ?? []).map(({ restartCount = 0 }) => restartCount));
