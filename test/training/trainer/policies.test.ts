import { describe, expect, test } from '@jest/globals';
import type { Container } from '../../../src/api/pod-template.ts';
import { jobsOf, podSpecOf } from '../../../src/training/trainer/layout.ts';
import { layOut } from '../../../src/training/trainer/render.ts';
import { envOf, INDEX, job, runtimeSpec, trained, trainJob } from './world.ts';

type Resources = NonNullable<Container['resources']>;

describe('torch', () => {
  const runtime = runtimeSpec({ numNodes: 1, torch: {} });

  test('[training 27] three nodes know one another by the name of the first', () => {
    const spec = { trainer: { numNodes: 3, numProcPerNode: 2 } };
    const container = trained(spec, runtime);
    expect(envOf(container)).toEqual({
      PET_NNODES: '3',
      PET_NPROC_PER_NODE: '2',
      PET_NODE_RANK: INDEX,
      PET_MASTER_ADDR: 'j-node-0-0.j',
      PET_MASTER_PORT: '29500',
    });
    expect(container.ports).toEqual([{ containerPort: 29500 }]);
    const [node] = jobsOf(layOut(trainJob(spec), runtime));
    expect(node?.template.spec).toMatchObject({ parallelism: 3, completions: 3 });
  });

  test('[training 31] the environment is there when spec.trainer is not', () => {
    expect(envOf(trained({}, runtime))).toMatchObject({ PET_NNODES: '1', PET_MASTER_ADDR: 'j-node-0-0.j' });
  });

  test.each<[string, Resources | undefined, Resources | undefined, string]>([
    ['nothing asked for', undefined, undefined, '1'],
    ['processors of the runtime', { requests: { cpu: '3500m' } }, undefined, '4'],
    ['a limit where nothing is requested', { limits: { cpu: '2' } }, undefined, '2'],
    ['processors of the job', { limits: { cpu: '2' } }, { requests: { cpu: 6 } }, '6'],
    ['GPUs', { limits: { 'nvidia.com/gpu': 4 } }, undefined, 'auto'],
    [
      'GPUs of the runtime under processors of the job',
      { limits: { 'nvidia.com/gpu': 4 } },
      { requests: { cpu: 6 } },
      'auto',
    ],
  ])('[training 27] processes of a node: %s', (_title, ofRuntime, ofJob, expected) => {
    const jobs = [job('node', 'trainer', ofRuntime ? { resources: ofRuntime } : {})];
    const spec = ofJob ? { trainer: { resourcesPerNode: ofJob } } : {};
    expect(envOf(trained(spec, runtimeSpec({ torch: {} }, jobs))).PET_NPROC_PER_NODE).toBe(expected);
  });

  test.each([
    ['auto', '1'],
    ['gpu', 'gpu'],
    ['4', '4'],
  ])('numProcPerNode %s, as earlier releases took it', (asked, expected) => {
    expect(envOf(trained({ trainer: { numProcPerNode: asked } }, runtime)).PET_NPROC_PER_NODE).toBe(expected);
  });

  test('the first node is found where the runtime puts it', () => {
    const spec = { network: { subdomain: 'mesh' }, replicatedJobs: [job('workers', 'trainer')] };
    const elsewhere = { mlPolicy: { torch: {} }, template: { spec } };
    expect(envOf(trained({}, elsewhere, 'workers')).PET_MASTER_ADDR).toBe('j-workers-0-0.mesh');
  });

  test('side cars and init containers that the runtime names are told the same', () => {
    const node = job('node', 'trainer');
    const pod = podSpecOf(node);
    const template = { ...node.template.spec?.template, spec: { ...pod, initContainers: [{ name: 'preflight' }] } };
    const jobs = [{ ...node, template: { ...node.template, spec: { ...node.template.spec, template } } }];
    const envInjection = { targets: [{ jobName: 'node', containerNames: ['preflight'] }] };
    const [laidOut] = jobsOf(layOut(trainJob(), runtimeSpec({ torch: { envInjection } }, jobs)));
    expect(envOf(podSpecOf(laidOut!).initContainers![0]!)).toMatchObject({
      PET_NNODES: '1',
      PET_MASTER_ADDR: 'j-node-0-0.j',
    });
  });

  test('variables of the TrainJob replace those of the runtime', () => {
    const jobs = [
      job('node', 'trainer', {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '1' },
        ],
      }),
    ];
    const env = [
      { name: 'B', value: '2' },
      { name: 'C', value: '2' },
    ];
    expect(envOf(trained({ trainer: { env } }, runtimeSpec({ torch: {} }, jobs)))).toMatchObject({
      A: '1',
      B: '2',
      C: '2',
    });
  });
});

describe('torchtune', () => {
  const GPUS = { resources: { limits: { 'nvidia.com/gpu': 2 } } };
  const command = ['tune', 'run', 'full_finetune_distributed', '--config', 'x', 'output_dir=/out', 'tokenizer.path=/t'];
  const runtime = runtimeSpec({ torch: {} }, [job('node', 'trainer', { command, ...GPUS })]);
  const runtimeRef = { name: 'torchtune-llama3.2-1b' };
  const tune = (trainer: object, ref = runtimeRef) =>
    trained({ runtimeRef: ref, trainer: { command: ['tune', 'run'], ...trainer } }, runtime);
  const OWN = ['output_dir=/out', 'tokenizer.path=/t'];
  const RENDEZVOUS = '--rdzv_endpoint=j-node-0-0.j:29500';
  const ONE_GPU = { resourcesPerNode: { limits: { 'nvidia.com/gpu': 1 } } };

  test.each<[string, object, { name: string }, readonly string[]]>([
    [
      'several devices',
      {},
      runtimeRef,
      [RENDEZVOUS, 'full_finetune_distributed', '--config', 'llama3_2/1B_full', ...OWN],
    ],
    [
      'one device',
      ONE_GPU,
      runtimeRef,
      ['full_finetune_single_device', '--config', 'llama3_2/1B_full_single_device', ...OWN],
    ],
    [
      'LoRA',
      { args: ["model.lora_attn_modules=['q_proj']"] },
      runtimeRef,
      [RENDEZVOUS, 'lora_finetune_distributed', '--config', 'llama3_2/1B_lora', ...OWN],
    ],
    [
      'QLoRA on one device',
      { ...ONE_GPU, args: ['model.quantize_base=True', "model.lora_attn_modules=['q_proj']"] },
      runtimeRef,
      ['lora_finetune_single_device', '--config', 'llama3_2/1B_qlora_single_device', ...OWN],
    ],
    [
      'several nodes',
      { numNodes: 2 },
      { name: 'torchtune-llama3.3-70b' },
      [RENDEZVOUS, 'full_finetune_distributed', '--config', 'llama3_3/70B_full_multinode', ...OWN],
    ],
  ])('[training 27] recipe for %s', (_title, trainer, ref, expected) => {
    const container = tune(trainer, ref);
    expect(container.command).toEqual(['tune', 'run', ...expected]);
    expect(envOf(container)).not.toHaveProperty('PET_MASTER_ADDR');
  });
});

test('[training 27] jax: the processes know how many they are, and where the first is', () => {
  expect(envOf(trained({ trainer: { numNodes: 2 } }, runtimeSpec({ jax: {} })))).toEqual({
    JAX_NUM_PROCESSES: '2',
    JAX_PROCESS_ID: INDEX,
    JAX_COORDINATOR_ADDRESS: 'j-node-0-0.j:29500',
  });
});

test('[training 27] xgboost: a worker for each GPU', () => {
  const jobs = [job('node', 'trainer', { resources: { limits: { 'nvidia.com/gpu': 2 } } })];
  expect(envOf(trained({ trainer: { numNodes: 3 } }, runtimeSpec({ xgboost: {} }, jobs)))).toEqual({
    DMLC_TRACKER_URI: 'j-node-0-0.j',
    DMLC_TRACKER_PORT: '29500',
    DMLC_TASK_ID: INDEX,
    DMLC_NUM_WORKER: '6',
  });
});

test('a runtime without a policy gets the number of nodes and the variables', () => {
  const env = [{ name: 'A', value: '1' }];
  const [node] = jobsOf(layOut(trainJob({ trainer: { numNodes: 2, env } }), runtimeSpec()));
  expect(node?.template.spec?.parallelism).toBe(2);
  expect(envOf(podSpecOf(node!).containers[0]!)).toEqual({ A: '1' });
});

test('[training 29] initializers are told where to fetch from, and with which secret', () => {
  const runtime = runtimeSpec({ torch: {} }, [
    job('dataset-initializer', 'dataset-initializer', { env: [{ name: 'STORAGE_URI', value: 'hf://runtime' }] }),
    job('model-initializer', 'model-initializer'),
    job('node', 'trainer'),
  ]);
  const initializer = {
    dataset: { storageUri: 'hf://mine', env: [{ name: 'REGION', value: 'eu' }], secretRef: { name: 'token' } },
  };
  const [dataset, model] = jobsOf(layOut(trainJob({ initializer }), runtime)).map(
    (found) => podSpecOf(found).containers[0]!,
  );
  expect(envOf(dataset!)).toEqual({ STORAGE_URI: 'hf://mine', REGION: 'eu' });
  expect(dataset!.envFrom).toEqual([{ secretRef: { name: 'token' } }]);
  expect(envOf(model!)).toEqual({});
});
