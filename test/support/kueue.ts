import { POD } from '../../src/api/kinds.ts';
import type { Api, Loose } from './api.ts';

/** What Kueue says to the pods of one pod set. */
export interface PodSetInfo {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly object[];
  readonly schedulingGates: readonly { readonly name: string }[];
}

export const QUEUE_LABELS = { 'kueue.x-k8s.io/queue-name': 'team' };
export const PODSET_LABEL = 'kueue.x-k8s.io/podset';
export const KUEUE_MANAGER = 'kueue.x-k8s.io/manager';
export const TOPOLOGY_GATE = { name: 'kueue.x-k8s.io/topology' };

/** What it says when a topology decides on the nodes: pods wait behind a gate until each has been told its own. */
export const topologyInfo = (podset: string): PodSetInfo => ({
  labels: { [PODSET_LABEL]: podset },
  annotations: { 'kueue.x-k8s.io/workload': 'workload-of-the-job' },
  nodeSelector: { type: 'kwok' },
  tolerations: [{ key: 'spot', operator: 'Equal', value: 'true', effect: 'NoSchedule' }],
  schedulingGates: [TOPOLOGY_GATE],
});

/** What it says when a flavor decides. */
export const flavorInfo = (podset: string, nodeSelector: Readonly<Record<string, string>>): PodSetInfo => ({
  labels: { [PODSET_LABEL]: podset },
  annotations: {},
  nodeSelector,
  tolerations: [],
  schedulingGates: [],
});

/** A pod template as a Go program writes it back, with what Kueue adds to it. */
export function goTemplate({ metadata = {}, spec }: Loose, info?: PodSetInfo): Loose {
  const containers = (spec.containers as Loose[]).map((container) => ({ resources: {}, ...container }));
  return {
    metadata: {
      ...metadata,
      creationTimestamp: null,
      ...(info && {
        labels: { ...metadata.labels, ...info.labels },
        annotations: { ...metadata.annotations, ...info.annotations },
      }),
    },
    spec: {
      ...spec,
      containers,
      ...(info && {
        nodeSelector: { ...spec.nodeSelector, ...info.nodeSelector },
        tolerations: [...(spec.tolerations ?? []), ...info.tolerations],
        schedulingGates: [...(spec.schedulingGates ?? []), ...info.schedulingGates],
      }),
    },
  } as unknown as Loose;
}

/** Tells each pod its node and opens the gate, as Kueue does when a topology decides. */
export async function ungate(api: Api, namespace: string, pods: readonly Loose[], node: string): Promise<void> {
  for (const { metadata } of pods) {
    await api.patch(POD, namespace, metadata.name ?? '', {
      spec: { schedulingGates: null, nodeSelector: { 'kubernetes.io/hostname': node } },
    });
  }
}

/** Kueue's reading of a TrainJob: whether all pods are ready, with so many replicated jobs of one Job each. */
export function podsReady(job: Loose, replicatedJobs: number): boolean {
  const ready = jobsStatusOf(job).reduce((sum, { ready = 0, succeeded = 0 }) => sum + ready + succeeded, 0);
  return ready === replicatedJobs;
}

/** Kueue's reading of the v1 jobs: whether the quota is still taken. */
export const replicasActive = (job: Loose): boolean =>
  Object.values((job.status.replicaStatuses ?? {}) as Record<string, { active?: number }>).some(
    ({ active }) => (active ?? 0) > 0,
  );

/** The same of a TrainJob. */
export const isActive = (job: Loose): boolean => jobsStatusOf(job).some(({ active = 0 }) => active > 0);

/** Replicated jobs whose quota may be given back before the end. */
export const reclaimable = (job: Loose): readonly string[] =>
  jobsStatusOf(job).flatMap(({ name, succeeded = 0 }) => (succeeded > 0 ? [name] : []));

interface JobsStatus {
  readonly name: string;
  readonly ready?: number;
  readonly succeeded?: number;
  readonly active?: number;
}

const jobsStatusOf = (job: Loose): readonly JobsStatus[] => (job.status?.jobsStatus ?? []) as JobsStatus[];
