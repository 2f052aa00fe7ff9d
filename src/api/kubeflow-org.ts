import * as z from 'zod';
import type { ResourceDefinition } from './crd.ts';
import { jobNameRules, jobStatus, replicaSpec, runPolicy } from './job.ts';
import { PYTORCH_JOB } from './kinds.ts';
import type { KubeObject } from './kube.ts';
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

const REPLICAS = 'spec.pytorchReplicaSpecs';

const pytorchReplicaSpecs = cel(
  z.record(text(63), replicaSpec({ mainContainer: 'pytorch' })).meta({ maxProperties: 16 }),
  { rule: 'size(self) > 0', message: `${REPLICAS} is required: give it a Master, a Worker, or both` },
  {
    rule: "self.all(type, type in ['Master', 'Worker'])",
    message: `${REPLICAS} may only have the keys Master and Worker, spelled exactly so`,
  },
  {
    rule: "!('Master' in self) || !has(self['Master'].replicas) || self['Master'].replicas == 1",
    message: `${REPLICAS}[Master].replicas must be 1: put further pods under Worker`,
  },
  {
    rule: "!('Worker' in self) || !has(self['Worker'].replicas) || self['Worker'].replicas >= 1",
    message: `${REPLICAS}[Worker].replicas must be at least 1: leave Worker out for a job of one pod`,
  },
);

/** What a user writes under `spec` of a PyTorchJob. */
export const pytorchJobSpec = cel(
  z.object({
    runPolicy: runPolicy(),
    pytorchReplicaSpecs,
    nprocPerNode: text(63).optional(),
    elasticPolicy: elasticPolicy.optional(),
  }),
  {
    rule: "!has(self.elasticPolicy) || 'Worker' in self.pytorchReplicaSpecs",
    message: `spec.elasticPolicy needs ${REPLICAS}[Worker]: add it, or leave elasticPolicy out`,
  },
  {
    rule: '!has(self.nprocPerNode) || !has(self.elasticPolicy) || !has(self.elasticPolicy.nProcPerNode)',
    message:
      'spec.elasticPolicy.nProcPerNode is deprecated and must not stand beside spec.nprocPerNode: keep the latter',
  },
);

export type PyTorchJobSpec = z.input<typeof pytorchJobSpec>;
export type ElasticPolicy = z.input<typeof elasticPolicy>;

export interface PyTorchJob extends KubeObject {
  readonly spec: PyTorchJobSpec;
  readonly status?: z.input<ReturnType<typeof jobStatus>>;
}

export const PYTORCH_JOB_DEFINITION: ResourceDefinition = {
  kind: PYTORCH_JOB,
  spec: pytorchJobSpec,
  status: jobStatus(),
  rules: jobNameRules('pytorchReplicaSpecs'),
  columns: [
    { name: 'State', type: 'string', jsonPath: '.status.conditions[-1:].type' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  scale: {
    specReplicasPath: '.spec.pytorchReplicaSpecs.Worker.replicas',
    statusReplicasPath: '.status.replicaStatuses.Worker.active',
    labelSelectorPath: '.status.replicaStatuses.Worker.selector',
  },
};
