import * as z from 'zod';
import { jobDefinition, replicaSpecs, runPolicy, type TrainingJob } from './job.ts';
import { XGBOOST_JOB } from './kinds.ts';

const FIELD = 'xgbReplicaSpecs';

/** What a user writes under `spec` of an XGBoostJob. */
export const xgboostJobSpec = z.object({
  runPolicy: runPolicy(),
  xgbReplicaSpecs: replicaSpecs({
    field: FIELD,
    types: ['Master', 'Worker'],
    single: ['Master'],
    required: ['Master'],
    atLeastOne: [],
    mainContainer: 'xgboost',
  }),
});

export type XGBoostJobSpec = z.input<typeof xgboostJobSpec>;
export type XGBoostJob = TrainingJob<XGBoostJobSpec>;

export const XGBOOST_JOB_DEFINITION = jobDefinition({
  kind: XGBOOST_JOB,
  spec: xgboostJobSpec,
  replicaSpecsField: FIELD,
});
