import type { JobStatus, RunPolicy } from '../api/job.ts';
import type { PodTemplate } from '../api/pod-template.ts';
import type { TrainingObject } from './job-kind.ts';

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never' | 'ExitCode';

/** One kind of pod of a job, defaults filled in. */
export interface Replica {
  readonly type: string;
  readonly count: number;
  /** By which failures are judged. */
  readonly restartPolicy: RestartPolicy;
  /** What the pod is told. @default - as judged */
  readonly podRestartPolicy?: RestartPolicy;
  /** With the kind's port on its main container. */
  readonly template: PodTemplate;
  /** Index of the main container in the template. */
  readonly main: number;
}

/** One pod's place in a job. */
export interface ReplicaRef {
  readonly type: string;
  readonly index: number;
}

/** A job as the planner sees it: defaults filled in, in memory only; the stored object keeps what its author wrote. */
export interface Job<S = unknown> {
  readonly object: TrainingObject<S>;
  readonly spec: S;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** In the kind's order; types that the spec leaves out are absent. */
  readonly replicas: readonly Replica[];
  readonly runPolicy: RunPolicy & { readonly cleanPodPolicy: string; readonly suspend: boolean };
  /** Replica types whose pod's name has no index. */
  readonly unnumbered: readonly string[];
  /** As stored; empty before the first look. */
  readonly status: JobStatus;
}

export const replicaOf = (job: Job, type: string): Replica | undefined =>
  job.replicas.find((replica) => replica.type === type);

export const totalReplicas = (job: Job): number => job.replicas.reduce((sum, replica) => sum + replica.count, 0);

/** `<job>-<type>-<index>`, or without the index: the pod's name and host name. */
export function podName(job: Pick<Job, 'name' | 'unnumbered'>, { type, index }: ReplicaRef): string {
  const name = `${job.name}-${type.toLowerCase()}`;
  return job.unnumbered.includes(type) ? name : `${name}-${index}`;
}

/** The number of the kind's named port in a replica's main container. */
export function portNumber(replica: Replica, name: string): number | undefined {
  return replica.template.spec?.containers[replica.main]?.ports?.find((port) => port.name === name)?.containerPort;
}
