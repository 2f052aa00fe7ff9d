import * as z from 'zod';
import type { ResourceDefinition } from './crd.ts';
import { jobSetSpec } from './jobset.ts';
import { CLUSTER_TRAINING_RUNTIME, TRAINING_RUNTIME } from './kinds.ts';
import type { KubeObject } from './kube.ts';
import { plainMetadata } from './runtime-patch.ts';
import { blueprint, cel, int32, listMap, stored, text } from './schema.ts';

/** TrainingRuntime and ClusterTrainingRuntime of `trainer.kubeflow.org/v1alpha1`: blueprints that TrainJobs refer to. */

const envInjection = z.object({
  targets: listMap(
    z.object({
      jobName: text().min(1),
      containerNames: cel(z.array(text(63)).min(1).max(8).meta({ 'x-kubernetes-list-type': 'set' }), {
        rule: "!self.exists(c, c == 'node')",
        message: 'containerNames must not include the container node: the variables are always injected into it',
      }),
    }),
    'jobName',
    16,
  ).optional(),
});

const mpi = z.object({
  numProcPerNode: stored(int32(), 1),
  mpiImplementation: stored(z.enum(['OpenMPI', '']), 'OpenMPI'),
  sshAuthMountPath: stored(text(4096), '/root/.ssh'),
  runLauncherAsNode: stored(z.boolean(), false),
});

const flux = z.object({
  numProcPerNode: stored(
    cel(int32(), { rule: 'self >= 1', message: 'spec.mlPolicy.flux.numProcPerNode must be at least 1' }),
    1,
  ),
});

const mlPolicy = cel(
  z.object({
    numNodes: int32().optional(),
    torch: z.object({ envInjection: envInjection.optional() }).optional(),
    mpi: mpi.optional(),
    jax: z.object({}).optional(),
    xgboost: z.object({}).optional(),
    flux: flux.optional(),
  }),
  {
    rule: '[has(self.torch), has(self.mpi), has(self.jax), has(self.xgboost), has(self.flux)].filter(x, x).size() <= 1',
    message: 'spec.mlPolicy may have only one of torch, mpi, jax, xgboost and flux',
  },
);

const podGroupPolicy = z.object({
  coscheduling: z.object({ scheduleTimeoutSeconds: stored(int32(), 60) }).optional(),
  volcano: z
    .object({
      networkTopology: z
        .object({ mode: stored(z.enum(['hard', 'soft']), 'hard'), highestTierAllowed: stored(z.int(), 1) })
        .optional(),
    })
    .optional(),
});

const template = z
  .object({
    metadata: plainMetadata().optional(),
    spec: blueprint(jobSetSpec).optional(),
  })
  .meta({ minProperties: 1 });

/** What stands under `spec` of either kind of runtime. */
export const trainingRuntimeSpec = z
  .object({
    mlPolicy: mlPolicy.optional(),
    podGroupPolicy: podGroupPolicy.optional(),
    template: template.optional(),
  })
  .meta({ minProperties: 1 });

export const TRAINING_RUNTIME_DEFINITION: ResourceDefinition = { kind: TRAINING_RUNTIME, spec: trainingRuntimeSpec };
export const CLUSTER_TRAINING_RUNTIME_DEFINITION: ResourceDefinition = {
  kind: CLUSTER_TRAINING_RUNTIME,
  spec: trainingRuntimeSpec,
};

export type TrainingRuntimeSpec = z.input<typeof trainingRuntimeSpec>;
export type MlPolicy = z.input<typeof mlPolicy>;
export type MpiPolicy = z.input<typeof mpi>;
export type PodGroupPolicy = z.input<typeof podGroupPolicy>;

/** A runtime of either scope. */
export interface TrainingRuntime extends KubeObject {
  readonly spec: TrainingRuntimeSpec;
}
