import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '../../../src/api/kube.ts';
import { SERVICE_PER_POD_ANNOTATION } from '../../../src/api/labels.ts';
import type { JobUnderTest } from '../pytorch-job.ts';

/** What is done to a job before it is looked at again. */
export type Act<Job = JobUnderTest> = (job: Job) => Promise<unknown>;

/** One job that two controllers are given, and what then happens to it; both are compared after each act. */
export interface Scenario<Job = JobUnderTest> {
  /** The job's name too. */
  readonly name: string;
  job(namespace: string, name: string): KubeObject;
  readonly acts: readonly Act<Job>[];
}

/** The pod's containers end with this code. */
export const exits =
  (code: number, ...pods: readonly string[]): Act =>
  async (job) => {
    for (const pod of pods) await job.exit(`${job.name}-${pod}`, code);
  };

export const evicted =
  (pod: string): Act =>
  (job) =>
    job.evict(`${job.name}-${pod}`);

/** The kubelet has restarted the container so often. */
export const restarted =
  (pod: string, times: number): Act =>
  (job) =>
    job.restarts(`${job.name}-${pod}`, times);

export const suspended =
  (suspend: boolean): Act =>
  (job) =>
    job.suspend(suspend);

export const patched =
  (spec: object): Act =>
  (job) =>
    job.patch({ spec });

export const passes =
  (milliseconds: number): Act =>
  () =>
    delay(milliseconds);

/** The same job with upstream's Service for each pod, so that nothing about Services has to be explained. */
export function withServicePerPod({ name, job, acts }: Scenario): Scenario {
  return {
    name: `${name}-spp`,
    job(namespace, own) {
      const object = job(namespace, own);
      const annotations = { ...object.metadata.annotations, [SERVICE_PER_POD_ANNOTATION]: 'true' };
      return { ...object, metadata: { ...object.metadata, annotations } };
    },
    acts,
  };
}
