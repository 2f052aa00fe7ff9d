import { conditionOf, type KubeObject } from '../../api/kube.ts';
import { timestamp } from '../../api/timestamp.ts';
import type { PodRun } from './job-run.ts';

/** A child's key among those of its job. */
export const childKey = (child: KubeObject): string => `${child.kind}/${child.metadata.name}`;
/** A pod's name; another child's key, which no pod has. */
export const nameOf = (child: KubeObject): string =>
  child.kind === 'Pod' ? (child.metadata.name ?? '') : childKey(child);

/** A job as an API server stores it when it comes. */
export const createdAt = (job: KubeObject, index: number, at: number): KubeObject => ({
  ...job,
  metadata: { ...job.metadata, uid: `job-${index}`, generation: 1, creationTimestamp: timestamp(at) },
});

/** The pod, running or done, as its kubelet would report it. */
export function withPhase({ object }: PodRun, phase: 'Running' | 'Succeeded', now: number): KubeObject {
  const { containers = [] } = object.spec as { readonly containers?: readonly { readonly name: string }[] };
  const time = timestamp(now);
  const state =
    phase === 'Running'
      ? { running: { startedAt: time } }
      : { terminated: { exitCode: 0, reason: 'Completed', finishedAt: time } };
  const containerStatuses = containers.map(({ name }) => ({ name, restartCount: 0, state }));
  return { ...object, status: { phase, startTime: time, containerStatuses } };
}

/** Why a job failed, in the words of its controller. */
export const messageOf = (job: KubeObject): string | undefined => conditionOf(job, 'Failed')?.message;
