import { SHIPPED_RUNTIMES, shippedJob, shippedRuntime } from './shipped-runtimes.ts';
import type { TrainingRuntime } from './training-runtime.ts';

/**
 * Runtimes of Kubeflow Trainer that it does not install by itself either, since they need more than TrainJobs: a data cache,
 * which its initializer builds of LeaderWorkerSets, and Flux, from an image of another project.
 */

/** The account that the initializer of the data cache runs as. */
export const CACHE_INITIALIZER = 'kubeflow-trainer-cache-initializer';

const TRAIN_JOB_NAME = {
  name: 'TRAIN_JOB_NAME',
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: "metadata.labels['jobset.sigs.k8s.io/jobset-name']" } },
};

const withCache = shippedRuntime('torch-distributed-with-cache', 'torch', {
  mlPolicy: { numNodes: 1, torch: {} },
  template: {
    spec: {
      replicatedJobs: [
        {
          ...shippedJob(
            'dataset-initializer',
            {
              name: 'dataset-initializer',
              image: 'ghcr.io/kubeflow/trainer/dataset-initializer',
              env: [{ name: 'CACHE_IMAGE', value: 'ghcr.io/kubeflow/trainer/data-cache:v2.3.0' }, TRAIN_JOB_NAME],
            },
            { step: 'dataset-initializer', pod: { serviceAccountName: CACHE_INITIALIZER } },
          ),
          replicas: 1,
        },
        shippedJob(
          'node',
          { name: 'node', image: 'pytorch/pytorch:2.13.0-cuda13.0-cudnn9-runtime', env: [TRAIN_JOB_NAME] },
          { step: 'trainer', dependsOn: [{ name: 'dataset-initializer', status: 'Complete' }] },
        ),
      ],
    },
  },
});

const flux = shippedRuntime('flux-distributed', 'flux', {
  mlPolicy: { numNodes: 1, flux: {} },
  template: {
    spec: { replicatedJobs: [shippedJob('node', { name: 'node', image: 'ubuntu:jammy' }, { step: 'trainer' })] },
  },
});

/** Those that are installed when they are asked for. */
export const OPTIONAL_RUNTIMES: readonly TrainingRuntime[] = [withCache, flux];

/** Every runtime that can be installed by its name. */
export const KNOWN_RUNTIMES: readonly TrainingRuntime[] = [...SHIPPED_RUNTIMES, ...OPTIONAL_RUNTIMES];
