import type { Kind, KubeObject } from '../../api/kube.ts';

/** How many pods of one type a job asks for, and how they are. */
export interface ReplicaCount {
  readonly type: string;
  /** Among the types of its kind, in the order of ranks. */
  readonly place: number;
  readonly wanted: number;
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** What `armature train` must know of a kind; all of it is pure. */
export interface TrainKind {
  readonly kind: Kind;
  /** The name of the condition that says it has succeeded. */
  readonly succeeded: string;
  /** Selects the pods of a job. */
  podSelector(job: KubeObject): string;
  /** Whether a pod that was selected is the job's own. */
  owns(job: KubeObject, pod: KubeObject): boolean;
  /** Sorts pods by rank: by type first, then by index. */
  order(pod: KubeObject): readonly [type: number, index: number];
  /** How a pod is called among those of its job. @default - its name without the job's */
  seat?(pod: KubeObject): string;
  /** The container that trains. */
  mainContainer(pod: KubeObject): string | undefined;
  replicas(job: KubeObject): readonly ReplicaCount[];
  /** Pods that were replaced, or attempts that were made anew. */
  restarts(job: KubeObject): number;
  /** Whether pods are at work, for kinds that have no condition for it. */
  isRunning?(job: KubeObject): boolean;
  isSuspended(job: KubeObject): boolean;
  /** A merge patch. */
  suspension(suspend: boolean): object;
  /** How the number of pods is changed. @default - it is fixed when the job is made */
  readonly scaling?: Scaling;
}

/** Where a number of pods is written: through the scale subresource, or as a field. */
export type Scaling = { readonly through: 'scale' } | { readonly patch: (count: number) => object };
