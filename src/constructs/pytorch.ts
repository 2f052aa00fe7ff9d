import { PyTorchJob } from '../../imports/kubeflow.org.ts';
import { type ElasticPolicy, PYTORCH_JOB_DEFINITION, type PyTorchJobSpec, type RunPolicy } from '../api/index.ts';
import { boundsProblems } from './elastic.ts';
import type { FrameworkSpec, JobFramework } from './framework.ts';
import type { JobContext } from './job-context.ts';
import type { ReplicaProps, WorkerProps } from './replica.ts';
import { type Role, renderRoles, roleProblems, rolesOf } from './roles.ts';

/** Lets the number of workers change while the job runs. */
export interface ElasticProps {
  /** Fewest workers the job goes on with. */
  readonly minReplicas: number;
  /** Most workers it uses. */
  readonly maxReplicas: number;
  /** Restarts of the worker group before the job fails. @default - torchrun's own: 3 */
  readonly maxRestarts?: number;
  /** @default 'c10d' */
  readonly rendezvousBackend?: string;
}

/** A PyTorch job. What stands here holds for master and workers, unless they say otherwise. */
export interface PyTorchProps extends ReplicaProps {
  /** The pod of rank 0. @default - none; then worker 0 has rank 0 */
  readonly master?: ReplicaProps;
  /** @default - none */
  readonly workers?: WorkerProps;
  /** Processes in each pod: a number, `auto`, `cpu` or `gpu`. @default 'auto' */
  readonly processesPerNode?: string;
  /** Needs workers. @default - the number of workers is fixed */
  readonly elastic?: ElasticProps;
}

const CONTAINER = 'pytorch';
const TYPES = { master: 'Master', workers: 'Worker' } as const;

export const pytorch = (props: PyTorchProps): JobFramework => ({
  definition: PYTORCH_JOB_DEFINITION,
  resource: PyTorchJob,
  render: (runPolicy, context) => specOf(props, runPolicy, context),
  problems: () => problemsOf(props),
});

function specOf(props: PyTorchProps, runPolicy: RunPolicy, context: JobContext): FrameworkSpec {
  const { master, workers, processesPerNode, elastic, ...shared } = props;
  const { specs, ...rest } = renderRoles(CONTAINER, shared, rolesFrom(props), context);
  const spec: PyTorchJobSpec = {
    ...(Object.keys(runPolicy).length > 0 && { runPolicy }),
    ...(processesPerNode && { nprocPerNode: processesPerNode }),
    ...(elastic && { elasticPolicy: elasticPolicy(elastic) }),
    pytorchReplicaSpecs: { ...specs },
  };
  return { spec, ...rest };
}

const rolesFrom = ({ master, workers, elastic }: PyTorchProps): readonly Role[] =>
  rolesOf({ master, workers }, TYPES).map((role) =>
    role.type === 'Worker' && elastic ? { ...role, most: elastic.maxReplicas } : role,
  );

function problemsOf(props: PyTorchProps): string[] {
  const { master, workers, elastic, processesPerNode } = props;
  const problems: string[] = [];
  if (!master && !workers) problems.push("a PyTorch job needs 'master', 'workers' or both");
  problems.push(...roleProblems(props, rolesFrom(props)));
  if (processesPerNode && !/^(auto|cpu|gpu|[1-9]\d*)$/.test(processesPerNode)) {
    problems.push(`'processesPerNode' must be auto, cpu, gpu or a positive number, got '${processesPerNode}'`);
  }
  return elastic ? [...problems, ...boundsProblems(elastic, workers && (workers.replicas ?? 1))] : problems;
}

function elasticPolicy(elastic: ElasticProps): ElasticPolicy {
  return {
    minReplicas: elastic.minReplicas,
    maxReplicas: elastic.maxReplicas,
    ...(elastic.maxRestarts !== undefined && { maxRestarts: elastic.maxRestarts }),
    rdzvBackend: elastic.rendezvousBackend ?? 'c10d',
  };
}
