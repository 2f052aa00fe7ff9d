import { XGBOOST_JOB } from '../../api/kinds.ts';
import type { XGBoostJobSpec } from '../../api/kubeflow-org.ts';
import { xgboostEnvironment } from '../environment/xgboost.ts';
import type { JobKind } from '../job-kind.ts';
import { progressOf } from './progress.ts';

const PORT = { name: 'xgboostjob-port', number: 9999 } as const;

/** XGBoostJob, for LightGBM too: a Master that tracks the Workers and trains along with them; it decides. */
export const xgboost: JobKind<XGBoostJobSpec> = {
  kind: XGBOOST_JOB,
  framework: 'xgboost',
  replicaTypes: ['Master', 'Worker'],
  mainContainer: 'xgboost',
  port: PORT,
  defaultRestartPolicy: 'Never',

  runPolicyOf: (spec) => spec.runPolicy,
  replicaSpecsOf: (spec) => spec.xgbReplicaSpecs,
  isMaster: (_job, { type }) => type === 'Master',
  environment: (job, replica) => xgboostEnvironment(job, replica, PORT),
  progress: (job, tally) => progressOf(XGBOOST_JOB, job, tally, { type: 'Master', wording: 'name only' }),
};
