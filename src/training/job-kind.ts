import type { ReplicaSpec, RunPolicy } from '../api/job.ts';
import type { Kind, KubeObject } from '../api/kube.ts';
import type { EnvVar } from '../api/pod-template.ts';
import type { Job, Replica, ReplicaRef } from './job.ts';
import type { Count, Roster, Tally } from './pod-state.ts';

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

/** The host name of a pod of the job, from everywhere in the cluster: `<pod>.<job>.<namespace>.svc`. */
export type HostOf = (replica: ReplicaRef) => string;

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
  /** Appended to the environment of the containers of the replica's pod. */
  environment(job: Job<S>, replica: ReplicaRef, hostOf: HostOf): readonly EnvVar[];
  /** Which containers are given the environment. @default 'all' */
  readonly environmentIn?: 'all' | 'main';
  progress(job: Job<S>, tally: Tally, roster: Roster): Progress;
  /** Whether the job goes on without failed pods that are not replaced. @default - it fails */
  toleratesFailures?(job: Job<S>, replica: Replica, count: Count): boolean;
  /** How a job that fails with them says so. @default `<Kind> j is failed because 1 Worker replica(s) failed.` */
  failureMessage?(job: Job<S>, type: string, failed: number): string;
  /** Only for kinds whose workers scale by metrics. */
  autoscaling?(job: Job<S>): Autoscaling | undefined;
}

export interface TrainingObject<S = unknown> extends KubeObject {
  readonly spec: S;
}
