import { acceleratorProblems, fieldOf } from './accelerator-problems.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Platform } from './cluster-platform.ts';
import type { JobContext } from './job-context.ts';
import { areTold, wantedBy } from './pool-choice.ts';
import { fitProblems } from './pool-fit.ts';
import type { Queue } from './queue.ts';
import { namespaceQuotaProblems } from './quota-problems.ts';
import type { ResolvedRole } from './roles.ts';
import type { RunPolicyProps } from './run-policy.ts';

/** What a job says besides its framework. */
export interface JobSetting {
  readonly context: JobContext;
  readonly namespace: string;
  readonly runPolicy: RunPolicyProps;
  readonly queue: Queue | undefined;
  readonly checkpoint: Checkpoint | undefined;
  /** The job saves checkpoints, or says that it does. */
  readonly checkpointed: boolean;
}

/** What is wrong with a job as a whole, in words that say how to mend it. */
export function jobProblems(roles: readonly ResolvedRole[], setting: JobSetting): string[] {
  const problems = [
    ...acceleratorProblems(roles, setting.context),
    ...capacityProblems(roles, setting),
    ...fitProblems(roles, setting.context),
    ...namespaceQuotaProblems(roles, setting.context, setting.namespace),
    ...topologyProblems(setting),
    ...queueProblems(setting),
    ...roles.flatMap((role) => mountProblems(role, setting.checkpoint)),
    ...(setting.checkpoint?.problemsOf(roles.reduce((pods, { replicas }) => pods + replicas, 0)) ?? []),
  ];
  return [...new Set(problems)];
}

function capacityProblems(roles: readonly ResolvedRole[], { context, checkpointed }: JobSetting): string[] {
  return roles.flatMap(({ props }) => {
    const capacity = props.capacity ?? context.capacity;
    if (!capacity) return [];
    const platform = context.platform ?? Platform.plain();
    const told = areTold(wantedBy(props, context), context.nodes?.pools ?? [], platform);
    return [
      ...(told ? [] : capacity.problemsOn(platform)),
      ...(capacity.needsCheckpoint && !checkpointed
        ? [
            "'capacity': spot machines may be taken at any moment, and the job saves no checkpoints: give it a 'checkpoint', annotate it with armature.dev/checkpoint-interval when it saves them elsewhere, use Capacity.onDemand(), or accept the loss with Capacity.spot({ mayLoseWork: true })",
          ]
        : []),
    ];
  });
}

function topologyProblems({ context, queue }: JobSetting): string[] {
  const { topology, platform } = context;
  if (!topology) return [];
  const inKueue = queue?.system === 'kueue';
  return [
    ...topology.problemsOn(platform),
    ...(topology.byKueue && !inKueue
      ? [
          "'topology': Kueue places only the pods of jobs in its queues: set 'queue' to Queue.kueue(...), or use Topology.packed, .near or .spread",
        ]
      : []),
  ];
}

function queueProblems({ runPolicy, queue }: JobSetting): string[] {
  const problems: string[] = [];
  if (queue?.entry.schedulingQueue && runPolicy.schedulingQueue) {
    problems.push("'runPolicy.schedulingQueue' and 'queue' both name Volcano's queue: drop the former");
  }
  if (queue?.entry.priorityClass && runPolicy.priorityClass) {
    problems.push("'runPolicy.priorityClass' and 'queue' both name the gang's priority: drop the former");
  }
  return problems;
}

function mountProblems(role: ResolvedRole, checkpoint: Checkpoint | undefined): string[] {
  const { volumes = [], data = [] } = role.props;
  const paths = [
    ...volumes.map(({ path }) => path),
    ...data.map(({ options }) => options.path),
    ...(checkpoint?.path ? [checkpoint.path] : []),
  ];
  const twice = paths.filter((path, index) => paths.indexOf(path) !== index);
  return [...new Set(twice)].map(
    (path) => `${fieldOf(role, 'volumes')}: two volumes would be mounted at ${path}: give one of them another path`,
  );
}
