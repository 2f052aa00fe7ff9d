import { setTimeout as delay } from 'node:timers/promises';
import { type TrainJobUnderTest, trainJobOf } from '../train-job.ts';
import type { Act, Scenario } from './scenario.ts';

type TrainAct = Act<TrainJobUnderTest>;

const of = (
  name: string,
  runtime: string,
  spec: object,
  ...acts: readonly TrainAct[]
): Scenario<TrainJobUnderTest> => ({
  name,
  job: (namespace, own) =>
    trainJobOf(namespace, own, { runtimeRef: { name: runtime, kind: 'TrainingRuntime' }, ...spec }),
  acts,
});

const NOBODY = { active: 0, failed: 0, ready: 0, succeeded: 0, suspended: 0 };

/** Plays the JobSet controller. */
const reports =
  (counts: Partial<typeof NOBODY>, type?: string, reason = '', message = ''): TrainAct =>
  (job) =>
    job.report({
      replicatedJobsStatus: [{ name: 'node', ...NOBODY, ...counts }],
      ...(type && {
        conditions: [{ type, status: 'True', reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' }],
      }),
    });
const completes = reports({ succeeded: 1 }, 'Completed', 'AllJobsCompleted', 'jobset completed successfully');
const fails = reports({ failed: 1 }, 'Failed', 'FailedJobs', 'jobset failed due to one or more job failures');
const suspended =
  (suspend: boolean): TrainAct =>
  (job) =>
    job.edit({ suspend });
const passes: TrainAct = () => delay(4000);

const patch = (pod: object) => ({
  manager: 'example.com/queue',
  trainingRuntimeSpec: {
    template: {
      metadata: { labels: { patched: 'set' }, annotations: { 'example.org/patched': 'set' } },
      spec: {
        replicatedJobs: [
          {
            name: 'node',
            template: {
              metadata: { labels: { patched: 'job' } },
              spec: { template: { metadata: { labels: { patched: 'pod' } }, spec: pod } },
            },
          },
        ],
      },
    },
  },
});

const POD_PATCH = {
  nodeSelector: { disk: 'ssd' },
  serviceAccountName: 'trainer',
  tolerations: [{ key: 'gpu', operator: 'Exists' }],
  volumes: [{ name: 'data', emptyDir: {} }],
  containers: [
    { name: 'sidecar', env: [{ name: 'WHO', value: 'me' }], volumeMounts: [{ name: 'data', mountPath: '/data' }] },
  ],
};

const TRAINER = {
  image: 'mine:2',
  command: ['torchrun', 'train.py'],
  args: ['--epochs=3'],
  env: [
    { name: 'CHANGED', value: 'after' },
    { name: 'ADDED', value: 'new' },
  ],
  numNodes: 3,
};
const GPUS = { limits: { 'nvidia.com/gpu': 2 }, requests: { cpu: '8' } };
const INITIALIZER = {
  dataset: { storageUri: 'hf://my/data', env: [{ name: 'HF_HOME', value: '/cache' }], secretRef: { name: 'token' } },
  model: { storageUri: 's3://bucket/model' },
};

export const TRAINER_SCENARIOS: readonly Scenario<TrainJobUnderTest>[] = [
  of('torch-3', 'torch-distributed', { trainer: { numNodes: 3 } }, reports({ active: 1, ready: 1 }), completes),
  of('torch-gpus', 'torch-distributed', { trainer: { numNodes: 2, resourcesPerNode: GPUS } }),
  of('torch-proc', 'torch-distributed', { trainer: { numProcPerNode: 5 } }, fails),
  of('rich-all', 'rich', { trainer: TRAINER }),
  of('rich-resources', 'rich', { trainer: { resourcesPerNode: { requests: { cpu: '2500m' } } } }),
  of('rich-patched', 'rich', { trainer: {}, runtimePatches: [patch(POD_PATCH)] }),
  of('plain-env', 'plain', { trainer: { ...TRAINER, numNodes: 2 } }, completes),
  of('jax-2', 'jax-distributed', { trainer: { numNodes: 2 } }),
  of('xgboost-2', 'xgboost-distributed', { trainer: { numNodes: 2 } }),
  of('xgboost-gpus', 'xgboost-distributed', { trainer: { numNodes: 2, resourcesPerNode: GPUS } }),
  of(
    'deepspeed-3',
    'deepspeed-distributed',
    { trainer: { numNodes: 3, numProcPerNode: 2 } },
    suspended(true),
    suspended(false),
  ),
  of('mlx-1', 'mlx-distributed', { trainer: { numNodes: 1 } }),
  of('tune', 'torchtune-llama3.2-1b', { trainer: {}, initializer: INITIALIZER }),
  of('tune-qwen', 'torchtune-qwen2.5-1.5b', { trainer: { resourcesPerNode: GPUS } }),
  of('suspended', 'torch-distributed', { trainer: {}, suspend: true }, suspended(false), suspended(true)),
  of('deadline', 'torch-distributed', { trainer: {}, activeDeadlineSeconds: 2 }, passes),
  of('elsewhere', 'torch-distributed', { trainer: {}, managedBy: 'kueue.x-k8s.io/multikueue' }),
  of('bare', 'torch-distributed', {}),
];
