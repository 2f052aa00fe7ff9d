import type { ReplicaSpec, RunPolicy } from '../api/job.ts';
import type { Kind, KubeObject } from '../api/kube.ts';
import type { EnvVar } from '../api/pod-template.ts';
import type { Job, ReplicaRef } from './job.ts';
import type { Tally } from './pod-state.ts';

export interface NamedPort {
  readonly name: string;
  readonly number: number;
}

/** How far the pods have brought a job, by the rules of its framework; failures are judged elsewhere. */
export interface Progress {
  readonly stage: 'waiting' | 'running' | 'succeeded';
  /** For the condition; unused while waiting. */
  readonly message: string;
}

/** What a HorizontalPodAutoscaler for the job's workers needs to know. */
export interface Autoscaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: readonly unknown[];
}

/**
 * What tells one job kind from another. All else (pods, Services, conditions, policies, clean-up) is shared by
 * {@link planJob}; a further kind is one file that fills this in.
 */
export interface JobKind<S = unknown> {
  readonly kind: Kind;
  /** The label of the metrics, such as `pytorch`. */
  readonly framework: string;
  /** In the order in which pods are made; keys of the spec are matched without regard to case. */
  readonly replicaTypes: readonly string[];
  /** The container that the framework runs in; the first one when none has this name. */
  readonly mainContainer: string;
  /** Added to the main container unless a port of this name is there. */
  readonly port: NamedPort;
  readonly defaultRestartPolicy: 'Never' | 'OnFailure';

  runPolicyOf(spec: S): RunPolicy | undefined;
  replicaSpecsOf(spec: S): Readonly<Record<string, ReplicaSpec>> | undefined;
  /** The pod that carries the label `job-role: master`. */
  isMaster(job: Job<S>, replica: ReplicaRef): boolean;
  /** Appended to the environment of every container of the replica's pod. */
  environment(job: Job<S>, replica: ReplicaRef): readonly EnvVar[];
  progress(job: Job<S>, tally: Tally): Progress;
  /** Only for kinds whose workers scale by metrics. */
  autoscaling?(job: Job<S>): Autoscaling | undefined;
}

export interface TrainingObject<S = unknown> extends KubeObject {
  readonly spec: S;
}
