import { describe, expect, test } from '@jest/globals';
import { ApiObject, Chart, Duration, JsonPatch, Size, Testing } from 'cdk8s';
import type { TrainingRuntime as RuntimeObject, TrainJob } from '../../src/api/index.ts';
import {
  Accelerator,
  Capacity,
  Checkpoint,
  ClusterTrainingRuntime,
  Cpu,
  DataSource,
  DistributedTrainingJob,
  type DistributedTrainingJobProps,
  EnvValue,
  Framework,
  GpuSharing,
  JobVolume,
  NvidiaGpu,
  Platform,
  Queue,
  RuntimeGang,
  type RuntimeJobProps,
  RuntimePolicy,
  synthesize,
  Topology,
  TpuGeneration,
  TrainingRuntime,
  type TrainingRuntimeProps,
} from '../../src/constructs/index.ts';
import { problemsOf } from '../../src/training/trainer/problems.ts';
import { jobSetOf, layOut } from '../../src/training/trainer/render.ts';

function charted() {
  const app = Testing.app();
  const chart = new Chart(app, 'test', { namespace: 'team-a' });
  const objects = () => Testing.synth(chart) as { readonly kind: string }[];
  const one = <T>(kind: string) => objects().find((object) => object.kind === kind) as T;
  return { chart, objects, one, synth: () => synthesize(app) };
}

const TORCH: TrainingRuntimeProps = { policy: RuntimePolicy.torch(), image: 'torch:2', user: 1000 };

function job(props: RuntimeJobProps, more: Partial<DistributedTrainingJobProps> = {}) {
  const world = charted();
  new DistributedTrainingJob(world.chart, 'tune', {
    framework: Framework.runtime('torch-distributed', props),
    ...more,
  });
  return { ...world, trainJob: () => world.one<TrainJob>('TrainJob') };
}

describe('TrainingRuntime', () => {
  test('minimal', () => {
    const { chart, objects, synth } = charted();
    new TrainingRuntime(chart, 'torch', TORCH);
    expect(objects()).toMatchSnapshot();
    expect(synth).not.toThrow();
  });

  test('full', () => {
    const { chart, objects, synth } = charted();
    new ClusterTrainingRuntime(chart, 'Runtime', {
      ...TORCH,
      metadata: { name: 'torch-h100', labels: { team: 'platform' } },
      nodes: 4,
      gang: RuntimeGang.volcano({ topology: 'hard', highestTier: 2 }),
      maxRestarts: 3,
      ttlAfterFinished: Duration.days(1),
      initializer: { size: Size.gibibytes(100), storageClass: 'shared' },
      platform: Platform.gke(),
      accelerator: Accelerator.nvidia(NvidiaGpu.H100, { count: 8 }),
      capacity: Capacity.onDemand(),
      volumes: [JobVolume.sharedMemory(Size.gibibytes(8))],
      resources: { cpu: { request: Cpu.units(8) } },
    });
    expect(objects()).toMatchSnapshot();
    expect(synth).not.toThrow();
  });

  test('of MPI has a launcher that waits for the nodes', () => {
    const { chart, one, synth } = charted();
    const policy = RuntimePolicy.mpi('deepspeed', { launcherIsNode: true, sshPath: '/opt/mpi/.ssh' });
    new TrainingRuntime(chart, 'mpi', { ...TORCH, policy, gang: RuntimeGang.coscheduling(Duration.minutes(2)) });
    expect(synth).not.toThrow();
    expect(one('TrainingRuntime')).toMatchSnapshot();
  });

  test.each([
    [RuntimePolicy.jax(), 'jax', { numNodes: 1, jax: {} }],
    [RuntimePolicy.xgboost(), 'xgboost', { numNodes: 1, xgboost: {} }],
    [RuntimePolicy.flux(4), 'flux', { numNodes: 1, flux: { numProcPerNode: 4 } }],
    [RuntimePolicy.plain('lightgbm'), 'lightgbm', { numNodes: 1 }],
  ])('tells clients its framework', (policy, framework, mlPolicy) => {
    const { chart, one } = charted();
    new TrainingRuntime(chart, 'runtime', { ...TORCH, policy });
    expect(one('TrainingRuntime')).toMatchObject({
      metadata: { labels: { 'trainer.kubeflow.org/framework': framework } },
      spec: { mlPolicy },
    });
  });

  test('claims devices from a template of its namespace', () => {
    const accelerator = Accelerator.nvidia(NvidiaGpu.L4, { claim: true });
    const { chart, one, synth } = charted();
    new TrainingRuntime(chart, 'torch', { ...TORCH, accelerator });
    expect(one('ResourceClaimTemplate')).toMatchObject({ metadata: { name: 'torch-node-accelerator' } });
    expect(synth).not.toThrow();
    const cluster = charted();
    new ClusterTrainingRuntime(cluster.chart, 'torch', { ...TORCH, accelerator });
    expect(cluster.synth).toThrow('use a TrainingRuntime there');
  });

  test('its default child is the custom resource, which can be patched', () => {
    const { chart, one } = charted();
    const runtime = new TrainingRuntime(chart, 'torch', TORCH);
    ApiObject.of(runtime).addJsonPatch(JsonPatch.add('/metadata/labels/extra', 'yes'));
    expect(one('TrainingRuntime')).toMatchObject({ metadata: { labels: { extra: 'yes' } } });
  });

  test.each<[string, Partial<TrainingRuntimeProps>, string]>([
    ['no image', { image: undefined }, "a runtime has no image: set 'image'"],
    ['no node', { nodes: 0 }, "'nodes' must be a positive integer, got 0"],
    [
      'half a slice',
      { accelerator: Accelerator.tpu(TpuGeneration.V6E, { topology: '4x4' }), platform: Platform.gke() },
      "set 'nodes' to 4",
    ],
    [
      'a negative number of restarts',
      { maxRestarts: -1 },
      "'maxRestarts' must be a whole number of at least 0, got -1",
    ],
  ])('refuses %s', (_what, props, message) => {
    const { chart, synth } = charted();
    new TrainingRuntime(chart, 'torch', { ...TORCH, ...props });
    expect(synth).toThrow('[test/torch] ');
    expect(synth).toThrow(message);
  });
});

describe('Framework.runtime', () => {
  test('minimal', () => {
    const { trainJob, synth } = job({});
    expect(trainJob()).toMatchSnapshot();
    expect(synth).not.toThrow();
  });

  test('full', () => {
    const { trainJob, synth } = job(
      {
        image: 'tune:1',
        command: ['torchrun', 'tune.py'],
        args: ['--fast'],
        envVariables: { LOG: EnvValue.fromValue('info') },
        resources: { cpu: { request: Cpu.units(8) } },
        accelerator: Accelerator.nvidia(NvidiaGpu.L4, { count: 2 }),
        nodes: 4,
        processesPerNode: 2,
        data: [
          DataSource.dataset('hf://tatsu-lab/alpaca', { path: '/workspace/dataset', secret: { name: 'hf' } }),
          DataSource.model('s3://models/llama', { path: '/workspace/model' }),
        ],
        volumes: [JobVolume.claim('/out', { name: 'out' })],
        imagePullSecrets: [{ name: 'registry' }],
        terminationGrace: Duration.minutes(1),
        user: 1000,
        labels: { team: 'nlp' },
      },
      {
        platform: Platform.eks(),
        capacity: Capacity.spot({ mayLoseWork: true }),
        queue: Queue.kueue('gpu'),
        topology: Topology.packed('zone'),
        runPolicy: { activeDeadline: Duration.hours(1), suspend: true },
      },
    );
    expect(trainJob()).toMatchSnapshot();
    expect(synth).not.toThrow();
  });

  test('refers to a runtime of the same chart', () => {
    const { chart, one } = charted();
    const runtime = new TrainingRuntime(chart, 'own', TORCH);
    new DistributedTrainingJob(chart, 'tune', { framework: Framework.runtime(runtime, { nodes: 2 }) });
    expect(one('TrainJob')).toMatchObject({
      spec: { runtimeRef: { apiGroup: 'trainer.kubeflow.org', kind: 'TrainingRuntime', name: 'own' } },
    });
  });

  test('gives the controller what it makes pods of', () => {
    const { chart, one } = charted();
    const runtime = new TrainingRuntime(chart, 'own', {
      ...TORCH,
      initializer: { size: Size.gibibytes(1) },
      volumes: [JobVolume.sharedMemory()],
    });
    const framework = Framework.runtime(runtime, {
      nodes: 3,
      image: 'mine:1',
      data: [DataSource.dataset('hf://org/a', { path: '/workspace/dataset' })],
      volumes: [JobVolume.claim('/out', { name: 'out' })],
      accelerator: Accelerator.nvidia(NvidiaGpu.L4),
    });
    new DistributedTrainingJob(chart, 'tune', { framework, topology: Topology.near('host') });
    const [trainJob, { spec }] = [one<TrainJob>('TrainJob'), one<RuntimeObject>('TrainingRuntime')];
    expect(problemsOf(trainJob, spec)).toEqual([]);
    const { replicatedJobs } = jobSetOf(layOut(trainJob, spec), false).spec as {
      replicatedJobs: readonly {
        name: string;
        template: { spec: { parallelism: number; template: { spec: object } } };
      }[];
    };
    const node = replicatedJobs.find(({ name }) => name === 'node')?.template.spec;
    expect(node?.parallelism).toBe(3);
    expect(node?.template.spec).toMatchObject({
      containers: [
        {
          image: 'mine:1',
          resources: { limits: { 'nvidia.com/gpu': '1' } },
          volumeMounts: expect.arrayContaining([
            { name: 'initializer', mountPath: '/workspace' },
            { name: 'volume-0', mountPath: '/dev/shm' },
            { name: 'job-volume-0', mountPath: '/out' },
          ]),
        },
      ],
      volumes: expect.arrayContaining([
        { name: 'volume-0', emptyDir: { medium: 'Memory' } },
        { name: 'job-volume-0', persistentVolumeClaim: { claimName: 'out' } },
      ]),
      nodeSelector: { 'nvidia.com/gpu.product': 'NVIDIA-L4' },
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { podAffinityTerm: { labelSelector: { matchLabels: { 'jobset.sigs.k8s.io/jobset-name': 'tune' } } } },
          ],
        },
      },
    });
  });

  test('has as many nodes as the slice has machines', () => {
    const accelerator = Accelerator.tpu(TpuGeneration.V5E, { topology: '4x8' });
    const { trainJob, synth } = job({ accelerator }, { platform: Platform.gke() });
    expect(trainJob().spec.trainer?.numNodes).toBe(8);
    expect(synth).not.toThrow();
    expect(job({ accelerator, nodes: 2 }, { platform: Platform.gke() }).synth).toThrow("set 'nodes' to 8");
  });

  const data = (path: string) => DataSource.dataset('hf://org/a', { path });
  test.each<[string, RuntimeJobProps, Partial<DistributedTrainingJobProps>, string]>([
    ['no node', { nodes: 0 }, {}, "'nodes' must be a positive integer"],
    ['a path that the runtime does not know', { data: [data('/data')] }, {}, 'write that as its path'],
    ['two data sets', { data: [data('/workspace/dataset'), data('/workspace/dataset')] }, {}, 'may hold one data set'],
    [
      'what belongs to the runtime',
      {},
      { runPolicy: { backoffLimit: 1, ttlAfterFinished: Duration.days(1) } },
      "'runPolicy.backoffLimit' belongs to the runtime: set 'maxRestarts' there",
    ],
    ['a queue of the runtime', {}, { queue: Queue.volcano('gold') }, "belong to the runtime: set 'gang' there"],
    ['a checkpoint', {}, { checkpoint: Checkpoint.s3('s3://a') }, "'checkpoint' is not for TrainJobs"],
    ['to be spread', {}, { topology: Topology.spread('zone') }, "'topology': a TrainJob cannot be spread"],
    [
      'a claim',
      { accelerator: Accelerator.nvidia(NvidiaGpu.L4, { claim: true }) },
      {},
      'a TrainJob cannot claim devices',
    ],
    [
      'the IPC of its node',
      { accelerator: Accelerator.nvidia(NvidiaGpu.L4, { sharing: GpuSharing.mps({ clients: 2 }) }) },
      { platform: Platform.gke() },
      "a TrainJob cannot share the node's IPC",
    ],
  ])('refuses %s', (_what, props, more, message) => {
    const { synth } = job(props, more);
    expect(synth).toThrow('[test/tune] ');
    expect(synth).toThrow(message);
  });
});
