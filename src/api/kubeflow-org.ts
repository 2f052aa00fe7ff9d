import * as z from 'zod';
import { type JobStatus, jobDefinition, replicaSpecs, runPolicy } from './job.ts';
import { JAX_JOB, PYTORCH_JOB } from './kinds.ts';
import type { KubeObject } from './kube.ts';
import { MPI_JOB_DEFINITION } from './mpi-job.ts';
import { cel, int32, labelSelector, quantity, text } from './schema.ts';

/** The group `kubeflow.org/v1`: the training jobs. What they share stands in `job.ts`. */

const metricTarget = z.object({
  type: z.string(),
  averageUtilization: int32().optional(),
  averageValue: quantity().optional(),
  value: quantity().optional(),
});

const metricIdentifier = z.object({ name: z.string(), selector: labelSelector().optional() });

/** One entry of a HorizontalPodAutoscaler's metrics (autoscaling/v2). */
const metricSpec = z.object({
  type: z.string(),
  resource: z.object({ name: z.string(), target: metricTarget }).optional(),
  containerResource: z.object({ container: z.string(), name: z.string(), target: metricTarget }).optional(),
  external: z.object({ metric: metricIdentifier, target: metricTarget }).optional(),
  object: z
    .object({
      describedObject: z.object({ apiVersion: z.string().optional(), kind: z.string(), name: z.string() }),
      metric: metricIdentifier,
      target: metricTarget,
    })
    .optional(),
  pods: z.object({ metric: metricIdentifier, target: metricTarget }).optional(),
});

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

interface TrainingJob<S> extends KubeObject {
  readonly spec: S;
  readonly status?: JobStatus;
}

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

/** The training jobs, in the order in which they are documented. */
export const TRAINING_JOB_DEFINITIONS = [PYTORCH_JOB_DEFINITION, JAX_JOB_DEFINITION, MPI_JOB_DEFINITION] as const;
