import { crdOf } from '../../src/api/crd.ts';
import { JAX_JOB, MPI_JOB_V1, PADDLE_JOB, PYTORCH_JOB, TF_JOB, XGBOOST_JOB } from '../../src/api/kinds.ts';
import { TRAINING_JOB_DEFINITIONS } from '../../src/api/kubeflow-org.ts';
import { customResources } from '../../src/embedded/custom-resources.ts';
import type { Subject } from '../../src/embedded/simulation/history.ts';
import type { JobShape } from '../../src/embedded/simulation/workload.ts';
import { trainingJobDomains } from '../../src/training/controller.ts';

/** A kind whose spec holds `runPolicy` and replicas by role. */
function shapeOf(kind: JobShape['kind'], field: string, container: string, leader?: string): JobShape {
  const template = { spec: { containers: [{ name: container, image: 'train:1' }] } };
  return {
    kind,
    spec: ({ workers, restartPolicy, runPolicy }) => ({
      runPolicy,
      [field]: {
        ...(leader && { [leader]: { replicas: 1, restartPolicy, template } }),
        Worker: { replicas: workers, restartPolicy, template },
      },
    }),
    scaled: (spec, workers) => {
      const replicas = (spec as Record<string, Record<string, object>>)[field] ?? {};
      return { ...spec, [field]: { ...replicas, Worker: { ...replicas.Worker, replicas: workers } } };
    },
  };
}

const SHAPES: readonly JobShape[] = [
  shapeOf(PYTORCH_JOB, 'pytorchReplicaSpecs', 'pytorch', 'Master'),
  shapeOf(JAX_JOB, 'jaxReplicaSpecs', 'jax'),
  shapeOf(TF_JOB, 'tfReplicaSpecs', 'tensorflow'),
  shapeOf(XGBOOST_JOB, 'xgbReplicaSpecs', 'xgboost', 'Master'),
  shapeOf(PADDLE_JOB, 'paddleReplicaSpecs', 'paddle', 'Master'),
  shapeOf(MPI_JOB_V1, 'mpiReplicaSpecs', 'mpi', 'Launcher'),
];

/** The training jobs under simulation. */
export const trainingSubject: Subject = {
  domains: () => trainingJobDomains().filter(({ kind }) => SHAPES.some((shape) => shape.kind.kind === kind.kind)),
  resources: TRAINING_JOB_DEFINITIONS.flatMap((definition) => customResources(crdOf(definition))),
  shapes: SHAPES,
};
