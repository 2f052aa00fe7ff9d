import { TrainJob } from '../../imports/trainer.kubeflow.org.ts';
import {
  JOB_SET_NAME_LABEL,
  type RunPolicy,
  TRAIN_JOB,
  TRAIN_JOB_DEFINITION,
  type TrainJobSpec,
} from '../api/index.ts';
import type { DataSource } from './data-source.ts';
import type { JobFramework } from './framework.ts';
import type { JobContext } from './job-context.ts';
import { countProblems, type ReplicaProps } from './replica.ts';
import type { RuntimePods } from './roles.ts';
import { initializerOf, patchOf, podOf, trainerOf } from './runtime-parts.ts';

/** Which runtime a TrainJob refers to. */
export interface RuntimeReference {
  readonly kind: 'ClusterTrainingRuntime' | 'TrainingRuntime';
  readonly name: string;
  /** What it says of its nodes. @default - not known at synthesis */
  readonly pods?: RuntimePods;
}

/** What a TrainJob says of its nodes; the runtime says the rest, and what is left out. */
export interface RuntimeJobProps
  extends Pick<
    ReplicaProps,
    | 'command'
    | 'args'
    | 'envVariables'
    | 'resources'
    | 'accelerator'
    | 'capacity'
    | 'pool'
    | 'volumes'
    | 'serviceAccount'
    | 'imagePullSecrets'
    | 'terminationGrace'
    | 'user'
    | 'labels'
    | 'annotations'
  > {
  /** Image of the node's container. @default - the runtime's */
  readonly image?: string;
  /** @default - as many as the accelerator's slice has machines, else the runtime's */
  readonly nodes?: number;
  /** Processes on each node. @default - the runtime's; for torch the GPUs of a node */
  readonly processesPerNode?: number;
  /**
   * At most one data set and one model, fetched once for the whole job; the runtime must have the steps for it, and keeps
   * them at `/workspace/dataset` and `/workspace/model`.
   * @default - nothing
   */
  readonly data?: readonly DataSource[];
}

/** What of a run policy belongs to the runtime, or to another kind of job, and how to say it. */
const ELSEWHERE: Readonly<Partial<Record<keyof RunPolicy, string>>> = {
  ttlSecondsAfterFinished: "'runPolicy.ttlAfterFinished' belongs to the runtime: set 'ttlAfterFinished' there",
  backoffLimit: "'runPolicy.backoffLimit' belongs to the runtime: set 'maxRestarts' there",
  cleanPodPolicy: "'runPolicy.cleanPodPolicy' means nothing to a TrainJob: leave it out",
  progressDeadlineSeconds: "'runPolicy.progressDeadline' means nothing to a TrainJob: leave it out",
  restartScope: "'runPolicy.restartScope' means nothing to a TrainJob: leave it out",
  schedulingPolicy: "the gang's queue and size belong to the runtime: set 'gang' there, or use Queue.kueue(...)",
  checkpoint:
    "'checkpoint' is not for TrainJobs: mount a claim with 'volumes', and annotate the job with armature.dev/checkpoint-interval",
};

export function runtimeJob(runtime: RuntimeReference, props: RuntimeJobProps): JobFramework {
  const slice = props.accelerator?.slice;
  const nodes = props.nodes ?? (slice && slice.hosts * slice.slices);
  const replicas = nodes ?? runtime.pods?.nodes ?? 1;
  return {
    definition: TRAIN_JOB_DEFINITION,
    resource: TrainJob,
    render(runPolicy, context) {
      const pod = podOf(props, placedBy(runtime, props, context));
      const initializer = initializerOf(props.data ?? []);
      const spec: TrainJobSpec = {
        runtimeRef: { apiGroup: TRAIN_JOB.group, kind: runtime.kind, name: runtime.name },
        ...(initializer && { initializer }),
        trainer: trainerOf(props, pod, nodes),
        runtimePatches: [patchOf(pod)],
        ...(runPolicy.suspend !== undefined && { suspend: runPolicy.suspend }),
        ...(runPolicy.activeDeadlineSeconds !== undefined && {
          activeDeadlineSeconds: runPolicy.activeDeadlineSeconds,
        }),
      };
      return {
        spec,
        largest: { 'node-0': replicas },
        roles: [
          {
            type: 'node',
            path: '',
            replicas,
            props: { ...props, data: [] },
            countField: 'nodes',
            fromRuntime: runtime.pods ?? {},
          },
        ],
      };
    },
    problems: (runPolicy, context) => [
      ...(props.nodes === undefined ? [] : countProblems('nodes', props.nodes)),
      ...Object.keys(runPolicy).flatMap((field) => ELSEWHERE[field as keyof RunPolicy] ?? []),
      ...dataProblems(props.data ?? []),
      ...podProblems(props, context),
    ],
  };
}

/**
 * What decides where the pods of a TrainJob run. The runtime places them, unless the job itself says what nodes it wants; to
 * which pools that leads is known only together with the runtime's accelerator.
 */
function placedBy({ pods }: RuntimeReference, props: RuntimeJobProps, context: JobContext): JobContext {
  const pool = props.pool ?? context.pool;
  const said = props.accelerator ?? props.capacity ?? context.capacity ?? pool;
  const known = props.accelerator ?? pods?.accelerator ?? pool;
  const { nodes, ...rest } = context;
  return {
    ...rest,
    jobLabel: JOB_SET_NAME_LABEL,
    volumePrefix: 'job-volume',
    ...(nodes && said && known && { nodes }),
    ...(pods?.accelerator && { accelerator: pods.accelerator }),
  };
}

function dataProblems(data: readonly DataSource[]): string[] {
  const kinds = data.map(({ kind }) => kind);
  return [
    ...(new Set(kinds).size < kinds.length
      ? ["'data' may hold one data set and one model: a TrainJob fetches no more of them"]
      : []),
    ...data.flatMap(({ kind, target, options }) => [
      ...(options.path === target ? [] : [`'data': a TrainJob keeps its ${kind} at ${target}: write that as its path`]),
      ...(options.image || options.size
        ? [`'data': image and size of the ${kind}'s step belong to the runtime: leave them out`]
        : []),
    ]),
  ];
}

/** What a TrainJob cannot say of its pods: patches hold only some fields. */
function podProblems({ accelerator }: RuntimeJobProps, { platform, topology }: JobContext): string[] {
  const request = accelerator?.on(platform);
  const spread = topology?.on({}).topologySpreadConstraints !== undefined;
  return [
    ...(request?.claim ? ["'accelerator': a TrainJob cannot claim devices: let the runtime claim them"] : []),
    ...(request?.hostIpc ? ["'accelerator': a TrainJob cannot share the node's IPC: let the runtime do so"] : []),
    ...(spread ? ["'topology': a TrainJob cannot be spread: use Topology.packed or .near, or one of Kueue's"] : []),
  ];
}
