import * as z from 'zod';
import { metricSpec } from './autoscaling.ts';
import { jobDefinition, replicaSpecs, runPolicy, type TrainingJob } from './job.ts';
import { PADDLE_JOB } from './kinds.ts';
import { cel, int32 } from './schema.ts';

const FIELD = 'paddleReplicaSpecs';

const paddleElasticPolicy = z.object({
  minReplicas: int32().optional(),
  maxReplicas: int32().optional(),
  maxRestarts: int32().optional(),
  metrics: z.array(metricSpec).optional(),
});

/** What a user writes under `spec` of a PaddleJob. */
export const paddleJobSpec = cel(
  z.object({
    runPolicy: runPolicy(),
    paddleReplicaSpecs: cel(
      replicaSpecs({
        field: FIELD,
        types: ['Master', 'Worker'],
        atLeastOne: ['Master'],
        mainContainer: 'paddle',
      }),
      {
        rule: "'Master' in self || !('Worker' in self) || !has(self['Worker'].replicas) || self['Worker'].replicas >= 1",
        message: `spec.${FIELD}[Worker].replicas must be at least 1 where there is no Master`,
      },
    ),
    elasticPolicy: paddleElasticPolicy.optional(),
  }),
  {
    rule: `!has(self.elasticPolicy) || 'Worker' in self.${FIELD}`,
    message: `spec.elasticPolicy needs spec.${FIELD}[Worker]: add it, or leave elasticPolicy out`,
  },
);

export type PaddleJobSpec = z.input<typeof paddleJobSpec>;
export type PaddleElasticPolicy = z.input<typeof paddleElasticPolicy>;
export type PaddleJob = TrainingJob<PaddleJobSpec>;

export const PADDLE_JOB_DEFINITION = jobDefinition({
  kind: PADDLE_JOB,
  spec: paddleJobSpec,
  replicaSpecsField: FIELD,
  scales: 'Worker',
});
