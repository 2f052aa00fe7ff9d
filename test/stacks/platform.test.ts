import { expect, test } from '@jest/globals';
import { Testing } from 'cdk8s';
import { synthesize } from '../../src/constructs/index.ts';
import { platformStack } from '../../src/stacks/platform.ts';

test('the platform comes before the job that needs it', () => {
  const app = Testing.app();
  platformStack(app);
  const charts = synthesize(app);
  expect(charts.map(({ file }) => file)).toEqual([
    '0000-armature.k8s.yaml',
    '0001-digits.k8s.yaml',
    '0002-training-runtimes.k8s.yaml',
  ]);
  expect(charts[1]!.objects.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
    'Namespace/quickstart',
    'ConfigMap/digits-script',
    'PyTorchJob/digits',
  ]);
});

test('the digits job has one master and the workers asked for', () => {
  const app = Testing.app();
  const { digits } = platformStack(app, { digits: { workers: 3, epochs: 5, namespace: 'team' } });
  const [, chart] = synthesize(app);
  const job = chart!.objects.find(({ kind }) => kind === 'PyTorchJob')!.toJson();
  expect(digits.name).toBe('digits');
  expect(job).toMatchObject({
    metadata: { namespace: 'team' },
    spec: { pytorchReplicaSpecs: { Master: { replicas: 1 }, Worker: { replicas: 3 } } },
  });
});

test('the same digits with JAX, in as many processes', () => {
  const app = Testing.app();
  platformStack(app, { digits: { framework: 'jax', workers: 3, epochs: 5 } });
  const [, chart] = synthesize(app);
  const job = chart!.objects.find(({ kind }) => kind === 'JAXJob')!.toJson();
  expect(job).toMatchObject({
    metadata: { name: 'digits', namespace: 'quickstart' },
    spec: {
      jaxReplicaSpecs: {
        Worker: {
          replicas: 3,
          template: { spec: { containers: [{ name: 'jax', image: 'armature-training-jax:0.1.0' }] } },
        },
      },
    },
  });
  const script = chart!.objects.find(({ kind }) => kind === 'ConfigMap')!.toJson();
  expect(script.data['digits.py']).toContain('jax.distributed.initialize');
});

test('Kubeflow Trainer’s runtimes come along, and the release that clients ask for', () => {
  const app = Testing.app();
  platformStack(app);
  const objects = synthesize(app)[2]!.objects.map((object) => object.toJson());
  const runtimes = objects.filter(({ kind }) => kind === 'ClusterTrainingRuntime');
  expect(runtimes.map(({ metadata }) => [metadata.name, metadata.labels['trainer.kubeflow.org/framework']])).toEqual([
    ['torch-distributed', 'torch'],
    ['jax-distributed', 'jax'],
    ['xgboost-distributed', 'xgboost'],
    ['deepspeed-distributed', 'deepspeed'],
    ['mlx-distributed', 'mlx'],
    ['torchtune-llama3.2-1b', 'torchtune'],
    ['torchtune-llama3.2-3b', 'torchtune'],
    ['torchtune-qwen2.5-1.5b', 'torchtune'],
  ]);
  expect(objects.find(({ kind }) => kind === 'ConfigMap')).toMatchObject({
    metadata: { name: 'kubeflow-trainer-public', namespace: 'kubeflow-system' },
    data: { kubeflow_trainer_version: 'v2.3.0' },
  });
});

test('without the runtimes', () => {
  const app = Testing.app();
  platformStack(app, { trainingRuntimes: false });
  expect(synthesize(app)).toHaveLength(2);
});
