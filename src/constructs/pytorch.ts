import { PyTorchJob } from '../../imports/kubeflow.org.ts';
import { type ElasticPolicy, PYTORCH_JOB_DEFINITION, type PyTorchJobSpec, type RunPolicy } from '../api/index.ts';
import type { Platform } from './cluster-platform.ts';
import type { FrameworkSpec, JobFramework } from './framework.ts';
import { countProblems, mergeReplica, type ReplicaProps, replicaSpec, type WorkerProps } from './replica.ts';

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

export const pytorch = (props: PyTorchProps): JobFramework => ({
  definition: PYTORCH_JOB_DEFINITION,
  resource: PyTorchJob,
  render: (runPolicy, platform) => specOf(props, runPolicy, platform),
  problems: () => problemsOf(props),
});

function specOf(props: PyTorchProps, runPolicy: RunPolicy, platform?: Platform): FrameworkSpec {
  const { master, workers, processesPerNode, elastic, ...shared } = props;
  const { replicas: workerCount = 1, ...workerProps } = workers ?? {};
  const spec: PyTorchJobSpec = {
    ...(Object.keys(runPolicy).length > 0 && { runPolicy }),
    ...(processesPerNode && { nprocPerNode: processesPerNode }),
    ...(elastic && { elasticPolicy: elasticPolicy(elastic) }),
    pytorchReplicaSpecs: {
      ...(master && { Master: replicaSpec(CONTAINER, 1, mergeReplica(shared, master), platform) }),
      ...(workers && { Worker: replicaSpec(CONTAINER, workerCount, mergeReplica(shared, workerProps), platform) }),
    },
  };
  const largest: Record<string, number> = {
    ...(master && { Master: 1 }),
    ...(workers && { Worker: Math.max(workerCount, elastic?.maxReplicas ?? 0) }),
  };
  return { spec, largest };
}

function problemsOf(props: PyTorchProps): string[] {
  const { master, workers, elastic, processesPerNode, image } = props;
  const problems: string[] = [];
  if (!master && !workers) problems.push("a PyTorch job needs 'master', 'workers' or both");
  for (const [role, replica] of Object.entries({ master, workers })) {
    if (replica && !(replica.image ?? image))
      problems.push(`'${role}' has no image: set 'image' on it or on the framework`);
  }
  const count = workers?.replicas ?? 1;
  const wrong = countProblems('workers.replicas', count);
  problems.push(...wrong.map((problem) => `${problem}: leave 'workers' out for a job of one pod`));
  if (processesPerNode && !/^(auto|cpu|gpu|[1-9]\d*)$/.test(processesPerNode)) {
    problems.push(`'processesPerNode' must be auto, cpu, gpu or a positive number, got '${processesPerNode}'`);
  }
  return elastic ? [...problems, ...elasticProblems(elastic, workers && count)] : problems;
}

function elasticProblems(elastic: ElasticProps, workers: number | undefined): string[] {
  const { minReplicas: min, maxReplicas: max } = elastic;
  if (workers === undefined) return ["'elastic' needs 'workers': it changes their number"];
  if (!Number.isInteger(min) || min < 1) return [`'elastic.minReplicas' must be a positive integer, got ${min}`];
  if (max < min) return [`'elastic.maxReplicas' (${max}) must not be below 'elastic.minReplicas' (${min})`];
  if (workers < min || workers > max) {
    return [
      `'workers.replicas' (${workers}) must lie between 'elastic.minReplicas' (${min}) and 'elastic.maxReplicas' (${max})`,
    ];
  }
  return [];
}

function elasticPolicy(elastic: ElasticProps): ElasticPolicy {
  return {
    minReplicas: elastic.minReplicas,
    maxReplicas: elastic.maxReplicas,
    ...(elastic.maxRestarts !== undefined && { maxRestarts: elastic.maxRestarts }),
    rdzvBackend: elastic.rendezvousBackend ?? 'c10d',
  };
}
