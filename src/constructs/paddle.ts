import { PaddleJob } from '../../imports/kubeflow.org.ts';
import { PADDLE_JOB_DEFINITION, type PaddleElasticPolicy, type PaddleJobSpec } from '../api/index.ts';
import { boundsProblems } from './elastic.ts';
import type { JobFramework } from './framework.ts';
import { EnvValue } from './k8s.ts';
import type { ReplicaProps, WorkerProps } from './replica.ts';
import { type Role, renderRoles, roleProblems, rolesOf } from './roles.ts';

/** Lets the number of workers change while the job runs. Paddle needs an etcd for that, where they meet. */
export interface PaddleElasticProps {
  /** Fewest workers the job goes on with. */
  readonly minReplicas: number;
  /** Most workers it uses. */
  readonly maxReplicas: number;
  /** Host and port of the etcd, such as `etcd.ml.svc:2379`. */
  readonly etcd: string;
  /** Restarts inside a pod before it fails. @default - Paddle's own: 3 */
  readonly maxRestarts?: number;
}

/** A Paddle job. What stands here holds for every role, unless the role says otherwise. */
export interface PaddleProps extends ReplicaProps {
  /** Parameter servers; the API calls them Master. @default - none: workers train collectively */
  readonly parameterServers?: WorkerProps;
  /** @default - none */
  readonly workers?: WorkerProps;
  /** Only for workers that train collectively. @default - their number is fixed */
  readonly elastic?: PaddleElasticProps;
}

const CONTAINER = 'paddle';
const TYPES = { parameterServers: 'Master', workers: 'Worker' } as const;

export function paddle({ parameterServers, workers, elastic, ...shared }: PaddleProps): JobFramework {
  const roles = rolesOf({ parameterServers, workers }, TYPES).map((role) => (elastic ? grown(role, elastic) : role));
  return {
    definition: PADDLE_JOB_DEFINITION,
    resource: PaddleJob,
    render(runPolicy, context) {
      const { specs, ...rest } = renderRoles(CONTAINER, shared, roles, context);
      const spec: PaddleJobSpec = {
        ...(Object.keys(runPolicy).length > 0 && { runPolicy }),
        ...(elastic && { elasticPolicy: elasticPolicy(elastic) }),
        paddleReplicaSpecs: { ...specs },
      };
      return { spec, ...rest };
    },
    problems: () => [
      ...(roles.length > 0 ? [] : ["a Paddle job needs 'workers', 'parameterServers' or both"]),
      ...roleProblems(shared, roles),
      ...(elastic ? elasticProblems(elastic, workers, parameterServers) : []),
    ],
  };
}

/** The role as an elastic job has it: its pods meet at the etcd. */
function grown(role: Role, { etcd, maxReplicas }: PaddleElasticProps): Role {
  const envVariables = { ...role.props.envVariables, PADDLE_MASTER: EnvValue.fromValue(`etcd://${etcd}`) };
  return { ...role, props: { ...role.props, envVariables }, most: maxReplicas };
}

function elasticProblems(elastic: PaddleElasticProps, workers?: WorkerProps, servers?: WorkerProps): string[] {
  const problems = [...boundsProblems(elastic, workers && (workers.replicas ?? 1))];
  if (servers) problems.push("'elastic' is for workers that train collectively: leave 'parameterServers' out");
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?:\d{1,5}$/.test(elastic.etcd)) {
    problems.push(`'elastic.etcd' must be a host and a port, such as etcd.ml.svc:2379, got '${elastic.etcd}'`);
  }
  return problems;
}

const elasticPolicy = ({ minReplicas, maxReplicas, maxRestarts }: PaddleElasticProps): PaddleElasticPolicy => ({
  minReplicas,
  maxReplicas,
  ...(maxRestarts !== undefined && { maxRestarts }),
});
