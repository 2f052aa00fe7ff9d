import { CONFIG_MAP, JOB_SET, SECRET, TRAIN_JOB, TRAINING_RUNTIME } from '../../../src/api/kinds.ts';
import { SHIPPED_RUNTIMES } from '../../../src/api/shipped-runtimes.ts';
import type { TrainingRuntime } from '../../../src/api/training-runtime.ts';
import type { Api } from '../api.ts';
import { TrainJobUnderTest } from '../train-job.ts';
import { maskConfigMap, maskJobSet, maskSecret } from './mask.ts';
import type { World } from './world.ts';

/** Nobody but the test says how a JobSet fares. */
const BY_HAND = 'example.com/by-hand';

const STEP = 'trainer.kubeflow.org/trainjob-ancestor-step';

/** A runtime that says much: two jobs, metadata at every level, resources, and a policy of its own. */
const RICH: TrainingRuntime = {
  apiVersion: 'trainer.kubeflow.org/v1alpha1',
  kind: 'TrainingRuntime',
  metadata: { name: 'rich', labels: { 'trainer.kubeflow.org/framework': 'torch' } },
  spec: {
    mlPolicy: { numNodes: 2, torch: {} },
    template: {
      metadata: { labels: { tier: 'gold' }, annotations: { 'example.org/note': 'from the runtime' } },
      spec: {
        network: { publishNotReadyAddresses: true, enableDNSHostnames: true },
        failurePolicy: { maxRestarts: 2 },
        replicatedJobs: [
          {
            name: 'watcher',
            template: {
              spec: { parallelism: 1, template: { spec: { containers: [{ name: 'watch', image: 'watch:1' }] } } },
            },
          },
          {
            name: 'node',
            template: {
              metadata: { labels: { [STEP]: 'trainer', shade: 'blue' } },
              spec: {
                backoffLimit: 3,
                template: {
                  metadata: { labels: { pods: 'yes' }, annotations: { 'example.org/pod': 'kept' } },
                  spec: {
                    terminationGracePeriodSeconds: 9,
                    containers: [
                      {
                        name: 'node',
                        image: 'train:1',
                        command: ['old'],
                        args: ['older'],
                        env: [
                          { name: 'KEPT', value: 'yes' },
                          { name: 'CHANGED', value: 'before' },
                        ],
                        resources: { requests: { cpu: '4', memory: '1Gi' }, limits: { memory: '2Gi' } },
                      },
                      { name: 'sidecar', image: 'side:1' },
                    ],
                  },
                },
              },
            },
          },
        ],
      },
    },
  },
};

const PLAIN: TrainingRuntime = {
  ...RICH,
  metadata: { name: 'plain' },
  spec: { ...RICH.spec, mlPolicy: { numNodes: 1 } },
};

/** Every runtime as one of the namespace, so that both sides have their own. */
async function prepare(api: Api, namespace: string): Promise<void> {
  for (const { metadata, spec } of [...SHIPPED_RUNTIMES, RICH, PLAIN]) {
    const template = { ...spec.template, spec: { ...spec.template?.spec, managedBy: BY_HAND } };
    await api.create(TRAINING_RUNTIME, {
      apiVersion: RICH.apiVersion,
      kind: TRAINING_RUNTIME.kind,
      metadata: { ...metadata, namespace },
      spec: { ...spec, template },
    });
  }
}

export const TRAINER_WORLD: World<TrainJobUnderTest> = {
  kinds: [TRAIN_JOB],
  parts: [
    { name: 'jobSets', kind: JOB_SET, mask: maskJobSet },
    { name: 'configMaps', kind: CONFIG_MAP, mask: maskConfigMap },
    { name: 'secrets', kind: SECRET, mask: maskSecret },
  ],
  prepare,
  create: (api, job) => TrainJobUnderTest.create(api, job),
};
