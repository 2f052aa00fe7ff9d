import { XGBoostJob } from '../../imports/kubeflow.org.ts';
import { XGBOOST_JOB_DEFINITION } from '../api/index.ts';
import type { JobFramework } from './framework.ts';
import type { ReplicaProps, WorkerProps } from './replica.ts';
import { renderRoles, roleProblems, rolesOf } from './roles.ts';

/** A job of XGBoost or LightGBM. What stands here holds for master and workers, unless they say otherwise. */
export interface XGBoostProps extends ReplicaProps {
  /** Tracks the workers, trains as rank 0, and decides when the job is done. @default - as the framework's props say */
  readonly master?: ReplicaProps;
  /** @default - none: the master trains alone */
  readonly workers?: WorkerProps;
}

const CONTAINER = 'xgboost';
const TYPES = { master: 'Master', workers: 'Worker' } as const;

export function xgboost({ master = {}, workers, ...shared }: XGBoostProps): JobFramework {
  const roles = rolesOf({ master, workers }, TYPES);
  return {
    definition: XGBOOST_JOB_DEFINITION,
    resource: XGBoostJob,
    render(runPolicy, context) {
      const { specs, ...rest } = renderRoles(CONTAINER, shared, roles, context);
      const spec = { ...(Object.keys(runPolicy).length > 0 && { runPolicy }), xgbReplicaSpecs: { ...specs } };
      return { spec, ...rest };
    },
    problems: () => roleProblems(shared, roles),
  };
}
