import type { Duration } from 'cdk8s';
import type { Accelerator } from './accelerator.ts';
import type { Capacity } from './capacity.ts';
import type { DataSource } from './data-source.ts';
import type { JobVolume } from './job-volume.ts';
import type { ContainerResources, EnvValue, ISecret, IServiceAccount } from './k8s.ts';
import type { NodePool } from './node-pool.ts';

/** When the controller starts a replica's pod again. */
export type RestartPolicy = 'Always' | 'OnFailure' | 'Never' | 'ExitCode';

/** What the pods of a job run. */
export interface ReplicaProps {
  /** Image of the training container. @default - the framework's */
  readonly image?: string;
  /** @default - the image's entry point */
  readonly command?: readonly string[];
  /** @default - none */
  readonly args?: readonly string[];
  /** @default - none */
  readonly envVariables?: Readonly<Record<string, EnvValue>>;
  /** Every key of these Secrets is an environment variable of its name. @default - none */
  readonly secretVariables?: readonly Pick<ISecret, 'name'>[];
  /** CPU, memory and ephemeral storage of each pod. @default - nothing is requested */
  readonly resources?: ContainerResources;
  /** @default - none */
  readonly accelerator?: Accelerator;
  /** How the nodes are bought that these pods run on. @default - as the job says */
  readonly capacity?: Capacity;
  /** The one node pool of the platform that these pods run on. @default - as the job says */
  readonly pool?: NodePool;
  /** @default - none */
  readonly volumes?: readonly JobVolume[];
  /** Downloaded by each pod before it trains. @default - nothing */
  readonly data?: readonly DataSource[];
  /** `ExitCode` starts again after codes of 128 and more only. @default 'OnFailure' */
  readonly restartPolicy?: RestartPolicy;
  /** @default - the namespace's default service account, without its token */
  readonly serviceAccount?: IServiceAccount;
  /** Secrets with the credentials of the images' registries. @default - those of the service account */
  readonly imagePullSecrets?: readonly Pick<ISecret, 'name'>[];
  /** PriorityClass of the pods. @default - the cluster's default */
  readonly priorityClass?: string;
  /** Time between being asked to end and being killed; whole seconds. @default - Kubernetes' own: 30 s */
  readonly terminationGrace?: Duration;
  /** UID that the container runs as; Pod Security `restricted` asks for one other than 0. @default - the image's */
  readonly user?: number;
  /** Labels of the pods. @default - only those of the controller */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of the pods. @default - none */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Workers of a job. */
export interface WorkerProps extends ReplicaProps {
  /** Number of worker pods. @default 1 */
  readonly replicas?: number;
}

/** What is wrong with a number of pods, which stands in the props at `path`. */
export function countProblems(path: string, count: number): string[] {
  return Number.isInteger(count) && count >= 1 ? [] : [`'${path}' must be a positive integer, got ${count}`];
}

/** The fields of `override` win; environment variables, labels and annotations are united. */
export function mergeReplica(base: ReplicaProps, override: ReplicaProps): ReplicaProps {
  return {
    ...base,
    ...override,
    ...(hasAny(base.envVariables, override.envVariables) && {
      envVariables: { ...base.envVariables, ...override.envVariables },
    }),
    ...(hasAny(base.labels, override.labels) && { labels: { ...base.labels, ...override.labels } }),
    ...(hasAny(base.annotations, override.annotations) && {
      annotations: { ...base.annotations, ...override.annotations },
    }),
  };
}

/** Whether any of these has a field. */
export function hasAny(...records: readonly (object | undefined)[]): boolean {
  return records.some((record) => record !== undefined && Object.keys(record).length > 0);
}
