import * as z from 'zod';
import { metricSpec } from './autoscaling.ts';
import { jobDefinition, replicaSpecs, runPolicy, type TrainingJob } from './job.ts';
import { JAX_JOB, PYTORCH_JOB } from './kinds.ts';
import { MPI_JOB_DEFINITION, type MPIJobSpec } from './mpi-job.ts';
import { PADDLE_JOB_DEFINITION, type PaddleJobSpec } from './paddle-job.ts';
import { cel, int32, text } from './schema.ts';
import { TF_JOB_DEFINITION, type TFJobSpec } from './tf-job.ts';
import { XGBOOST_JOB_DEFINITION, type XGBoostJobSpec } from './xgboost-job.ts';

export * from './mpi-job.ts';
export * from './paddle-job.ts';
export * from './tf-job.ts';
export * from './xgboost-job.ts';

/** The group `kubeflow.org/v1`: the training jobs. What they share stands in `job.ts`. */

const elasticPolicy = z.object({
  minReplicas: int32().optional(),
  maxReplicas: int32().optional(),
  maxRestarts: int32().optional(),
  metrics: z.array(metricSpec).optional(),
  nProcPerNode: int32().optional(),
  rdzvBackend: z.string().optional(),
  rdzvConf: z.array(z.object({ key: z.string().optional(), value: z.string().optional() })).optional(),
  rdzvHost: z.string().optional(),
  rdzvId: z.string().optional(),
  rdzvPort: int32().optional(),
  standalone: z.boolean().optional(),
});

/** What a user writes under `spec` of a PyTorchJob. */
export const pytorchJobSpec = cel(
  z.object({
    runPolicy: runPolicy(),
    pytorchReplicaSpecs: replicaSpecs({
      field: 'pytorchReplicaSpecs',
      types: ['Master', 'Worker'],
      single: ['Master'],
      mainContainer: 'pytorch',
    }),
    nprocPerNode: text(63).optional(),
    elasticPolicy: elasticPolicy.optional(),
  }),
  {
    rule: "!has(self.elasticPolicy) || 'Worker' in self.pytorchReplicaSpecs",
    message: 'spec.elasticPolicy needs spec.pytorchReplicaSpecs[Worker]: add it, or leave elasticPolicy out',
  },
  {
    rule: '!has(self.nprocPerNode) || !has(self.elasticPolicy) || !has(self.elasticPolicy.nProcPerNode)',
    message:
      'spec.elasticPolicy.nProcPerNode is deprecated and must not stand beside spec.nprocPerNode: keep the latter',
  },
);

/** What a user writes under `spec` of a JAXJob. */
export const jaxJobSpec = z.object({
  runPolicy: runPolicy(),
  jaxReplicaSpecs: replicaSpecs({ field: 'jaxReplicaSpecs', types: ['Worker'], mainContainer: 'jax' }),
});

export type PyTorchJobSpec = z.input<typeof pytorchJobSpec>;
export type ElasticPolicy = z.input<typeof elasticPolicy>;
export type JAXJobSpec = z.input<typeof jaxJobSpec>;

export type PyTorchJob = TrainingJob<PyTorchJobSpec>;
export type JAXJob = TrainingJob<JAXJobSpec>;

export const PYTORCH_JOB_DEFINITION = jobDefinition({
  kind: PYTORCH_JOB,
  spec: pytorchJobSpec,
  replicaSpecsField: 'pytorchReplicaSpecs',
  scales: 'Worker',
});

export const JAX_JOB_DEFINITION = jobDefinition({
  kind: JAX_JOB,
  spec: jaxJobSpec,
  replicaSpecsField: 'jaxReplicaSpecs',
  scales: 'Worker',
});

/** The spec of any of them. */
export type JobSpec = PyTorchJobSpec | JAXJobSpec | TFJobSpec | XGBoostJobSpec | PaddleJobSpec | MPIJobSpec;

/** The training jobs, in the order in which they are documented. */
export const TRAINING_JOB_DEFINITIONS = [
  PYTORCH_JOB_DEFINITION,
  JAX_JOB_DEFINITION,
  TF_JOB_DEFINITION,
  XGBOOST_JOB_DEFINITION,
  PADDLE_JOB_DEFINITION,
  MPI_JOB_DEFINITION,
] as const;
