import type { ProgressServer } from './progress/injection.ts';

/** How this installation runs its training jobs. */
export interface TrainingOptions {
  /** The cluster's DNS domain. @default cluster.local */
  readonly clusterDomain?: string;
  /**
   * Starts a job's pods together or not at all: `volcano`; `native` for Kubernetes' own groups (scheduling.k8s.io,
   * an alpha API of 1.36 behind the feature gates GenericWorkload and GangScheduling); or any other name for a scheduler with the
   * scheduler-plugins' co-scheduling, which is then called by that name. (`armature controller` also takes `auto` and
   * hands on what it found.)
   * @default - pods are scheduled one by one
   */
  readonly gangScheduler?: string;
  /**
   * One Service for each pod, as upstream makes them, instead of one for the job. A job's annotation
   * `armature.dev/service-per-pod` overrides it.
   * @default false
   */
  readonly servicePerPod?: boolean;
  /**
   * The image that brings kubectl to the launchers of MPIJobs by exec: its default command copies the program to /opt/kube/kubectl.
   * @default ghcr.io/kubeflow/training-v1/kubectl-delivery:latest
   */
  readonly kubectlDeliveryImage?: string;
  /**
   * For jobs that restart as a whole, without a gang scheduler: how long some of a job's pods may hold nodes while others
   * find none, in seconds. A job's `schedulingPolicy.scheduleTimeoutSeconds` overrides it.
   * @default 300
   */
  readonly partialGangSeconds?: number;
  /** Where the programs of jobs that ask for it report their progress. @default - nowhere */
  readonly progress?: ProgressServer;
}

export const DEFAULT_KUBECTL_DELIVERY_IMAGE = 'ghcr.io/kubeflow/training-v1/kubectl-delivery:latest';
export const DEFAULT_CLUSTER_DOMAIN = 'cluster.local';
