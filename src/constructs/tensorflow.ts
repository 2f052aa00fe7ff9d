import { TFJob } from '../../imports/kubeflow.org.ts';
import { TF_JOB_DEFINITION, type TFJobSpec } from '../api/index.ts';
import type { JobFramework } from './framework.ts';
import type { ReplicaProps, WorkerProps } from './replica.ts';
import { renderRoles, roleProblems, rolesOf } from './roles.ts';

/** A TensorFlow job. What stands here holds for every role, unless the role says otherwise. */
export interface TensorFlowProps extends ReplicaProps {
  /** Leads the training, and decides when it is done. @default - none; then worker 0 does both */
  readonly chief?: ReplicaProps;
  /** @default - none */
  readonly workers?: WorkerProps;
  /** @default - none */
  readonly parameterServers?: WorkerProps;
  /** Evaluates checkpoints while the others train. @default - none */
  readonly evaluator?: ReplicaProps;
  /** Without a chief: the job is done when all workers are. @default false - when worker 0 is */
  readonly allWorkers?: boolean;
  /**
   * Workers may fail, and their number may change, while the job runs: each is told of itself and the parameter servers
   * only.
   * @default false
   */
  readonly dynamicWorkers?: boolean;
}

const CONTAINER = 'tensorflow';
const TYPES = { chief: 'Chief', workers: 'Worker', parameterServers: 'PS', evaluator: 'Evaluator' } as const;

export function tensorflow(props: TensorFlowProps): JobFramework {
  const { chief, workers, parameterServers, evaluator, allWorkers, dynamicWorkers, ...shared } = props;
  const roles = rolesOf({ chief, workers, parameterServers, evaluator }, TYPES);
  return {
    definition: TF_JOB_DEFINITION,
    resource: TFJob,
    render(runPolicy, context) {
      const { specs, ...rest } = renderRoles(CONTAINER, shared, roles, context);
      const spec: TFJobSpec = {
        ...(Object.keys(runPolicy).length > 0 && { runPolicy }),
        ...(allWorkers && { successPolicy: 'AllWorkers' }),
        ...(dynamicWorkers && { enableDynamicWorker: true }),
        tfReplicaSpecs: { ...specs },
      };
      return { spec, ...rest };
    },
    problems: () => [...policyProblems(props), ...roleProblems(shared, roles)],
  };
}

function policyProblems({ chief, workers, parameterServers, allWorkers, dynamicWorkers }: TensorFlowProps): string[] {
  const problems: string[] = [];
  if (!chief && !workers) problems.push("a TensorFlow job needs 'chief', 'workers' or both");
  if (allWorkers && chief)
    problems.push("'allWorkers' means nothing beside 'chief', which decides alone: drop one of them");
  if (dynamicWorkers && !parameterServers) {
    problems.push("'dynamicWorkers' needs 'parameterServers': they hold the model while workers come and go");
  }
  return problems;
}
