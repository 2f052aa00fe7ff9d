import type { ReplicaSpec, RunPolicy } from '../api/job.ts';
import type { Kind, KubeObject } from '../api/kube.ts';
import type { EnvVar, PodSpec } from '../api/pod-template.ts';
import type { Found, Lookup, OwnedKind, Permission } from '../runtime/domain.ts';
import type { Verdict } from './failure.ts';
import type { Job, Replica, ReplicaRef, RestartPolicy } from './job.ts';
import type { TrainingOptions } from './options.ts';
import type { Count, Pod, Roster, Seat, Tally } from './pod-state.ts';
import type { Scene } from './scene.ts';

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
  /** Added to the main container unless a port of this name is there. @default - none */
  readonly port?: NamedPort;
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
  /** Only for kinds that need more than pods and a Service. */
  readonly extension?: Extension<S>;
}

/** What conditions and events tell of a job; `stopped` is what suspension makes of Running. */
export type Happening = 'created' | 'stopped' | 'suspended' | 'resumed';

/** How a replica type's failures are judged, and what its pods are told. */
export interface Policies {
  readonly judged: RestartPolicy;
  /** @default - as judged; ExitCode becomes Never */
  readonly pod?: RestartPolicy;
}

/** What a kind with objects, names and an order of its own tells the shared planner. All of it is pure. */
export interface Extension<S = unknown> {
  /** Kinds of further children; they stay when the job has ended. */
  readonly owns: readonly OwnedKind[];
  readonly reads: readonly Lookup[];
  /** Permissions beyond those over the children. */
  readonly permissions: readonly Permission[];
  /** Pods of a replica type that does not say how many. @default 1 */
  readonly defaultReplicas: Readonly<Record<string, number>>;
  /** Replica types of one pod, whose name has no index. */
  readonly unnumbered: readonly string[];

  policies(spec: S, type: string, given: RestartPolicy | undefined): Policies;
  /** The value of the operator-name label. */
  operatorName(job: Job<S>): string;
  /** Labels of the Service and of the further children, beside those that they all have. */
  objectLabels(job: Job<S>): Readonly<Record<string, string>>;
  /** The value of the job-role label, if the pod carries one. */
  roleOf(job: Job<S>, replica: ReplicaRef): string | undefined;
  /** The value of the replica-index label. */
  indexOf(job: Job<S>, replica: ReplicaRef): number;
  /** The last touches to a pod. */
  furnish(job: Job<S>, replica: Replica, spec: PodSpec, options: TrainingOptions): PodSpec;
  /** Further children that a live job is to have now. */
  companions(scene: Scene<S>): readonly KubeObject[];
  /** What a suspended job is to have. */
  whenSuspended(scene: Scene<S>): readonly KubeObject[];
  /** Whether a missing pod is to be made now. */
  isDue(scene: Scene<S>, seat: Seat): boolean;
  /** Children that stand for a pod which somebody else makes. */
  standIns(children: readonly KubeObject[], lookups: Found): readonly Pod[];
  /** Pods that somebody else makes for the job. */
  foreignPods(scene: Scene<S>): readonly Pod[];
  /** Asked before the shared rules. */
  judgeFailure(scene: Scene<S>): Verdict | undefined;
  /** How a failure by deadline is told. @default - the shared way */
  late(job: Job<S>): Pick<Verdict, 'reason' | 'message'> | undefined;
  /** Children that still work for a job that has ended; `cleanPodPolicy` takes them away with the pods. */
  unfinished(scene: Scene<S>): readonly KubeObject[];
  /** Failed pods by replica type, where the pods themselves do not tell. */
  failed(scene: Scene<S>): Readonly<Record<string, number>>;
  /** The words of a condition. @default - the shared ones */
  message(job: Job<S>, happening: Happening): string | undefined;
}

export interface TrainingObject<S = unknown> extends KubeObject {
  readonly spec: S;
}
