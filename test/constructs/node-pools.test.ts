import { describe, expect, test } from '@jest/globals';
import { App, Chart, Duration, Size, Testing } from 'cdk8s';
import {
  Accelerator,
  Capacity,
  Cpu,
  DistributedTrainingJob,
  type DistributedTrainingJobProps,
  Framework,
  GpuSharing,
  MlPlatform,
  type MlPlatformProps,
  type NodePool,
  NvidiaGpu,
  Platform,
  RuntimePolicy,
  synthesize,
  TpuGeneration,
  TrainingRuntime,
} from '../../src/constructs/index.ts';

const H100 = (count: number) => Accelerator.nvidia(NvidiaGpu.H100, { count });
const CPU: NodePool = { name: 'cpu', max: 10, allocatable: { cpu: Cpu.units(16), memory: Size.gibibytes(64) } };
const GPU: NodePool = {
  name: 'h100',
  count: 2,
  accelerators: [H100(8)],
  allocatable: { cpu: Cpu.units(192), memory: Size.gibibytes(1024) },
  labels: { pool: 'h100' },
  taints: [{ key: 'dedicated', value: 'training', effect: 'NoSchedule' }],
};
const SPOT: NodePool = {
  ...GPU,
  name: 'h100-spot',
  labels: { pool: 'h100-spot' },
  capacity: Capacity.spot(),
  taints: [],
};

interface Pod {
  readonly nodeSelector?: object;
  readonly affinity?: object;
  readonly tolerations?: readonly object[];
}

function app(platform: MlPlatformProps, job: DistributedTrainingJobProps) {
  const root = Testing.app();
  new MlPlatform(new Chart(root, 'platform'), 'Platform', { cluster: Platform.gke(), ...platform });
  const team = new Chart(root, 'team', { namespace: 'team-nlp' });
  new DistributedTrainingJob(team, 'llm', job);
  const spec = () => (Testing.synth(team) as { spec: Record<string, unknown> }[])[0]?.spec ?? {};
  return {
    synth: () => synthesize(root),
    spec,
    pod(type = 'Worker'): Pod {
      const specs = spec().pytorchReplicaSpecs as Record<string, { template: { spec: Pod } }>;
      const { nodeSelector, affinity, tolerations } = specs[type]?.template.spec ?? {};
      return {
        ...(nodeSelector && { nodeSelector }),
        ...(affinity && { affinity }),
        ...(tolerations && { tolerations }),
      };
    },
  };
}

const workers = (replicas: number, accelerator?: Accelerator, more: object = {}): DistributedTrainingJobProps => ({
  framework: Framework.pytorch({
    image: 'train:1',
    workers: { replicas, ...(accelerator && { accelerator }) },
    ...more,
  }),
});

describe('where pods run', () => {
  test('on the nodes of the one pool that offers the accelerator, by its labels, taints, and the platform', () => {
    const { synth, pod } = app({ nodePools: [CPU, GPU] }, workers(2, H100(8)));
    expect(synth).not.toThrow();
    expect(pod()).toMatchSnapshot();
  });

  test('on the nodes of any pool that does', () => {
    const other: NodePool = { ...GPU, name: 'h100-b', labels: { pool: 'h100-b', zone: 'b' }, taints: [] };
    expect(app({ nodePools: [CPU, GPU, other] }, workers(2, H100(8))).pod()).toMatchSnapshot();
  });

  test('anywhere that the provider’s labels say, when a pool has none of its own', () => {
    const { labels: _, ...bare } = GPU;
    const { pod } = app({ nodePools: [GPU, { ...bare, name: 'bare' }] }, workers(2, H100(8)));
    expect(pod()).toMatchObject({ nodeSelector: { 'cloud.google.com/gke-accelerator': 'nvidia-h100-80gb' } });
    expect(JSON.stringify(pod())).not.toContain('"pool"');
  });

  test('those that need no accelerator keep off nodes that have some', () => {
    const { pod, synth } = app(
      { nodePools: [{ ...CPU, labels: { pool: 'cpu' } }, GPU] },
      workers(1, H100(8), { master: { accelerator: undefined } }),
    );
    expect(synth).not.toThrow();
    expect(pod('Master')).toEqual({ nodeSelector: { pool: 'cpu' } });
    expect(app({ nodePools: [GPU] }, workers(1)).pod()).toMatchObject({ nodeSelector: { pool: 'h100' } });
  });

  test('on spot nodes when the job says so, and else never', () => {
    const nodePools = [GPU, SPOT];
    expect(app({ nodePools }, workers(1, H100(8))).pod()).toMatchObject({ nodeSelector: { pool: 'h100' } });
    const capacity = Capacity.spot({ mayLoseWork: true });
    const spot = app({ nodePools }, { ...workers(1, H100(8)), capacity });
    expect(spot.pod()).toMatchObject({ nodeSelector: { pool: 'h100-spot', 'cloud.google.com/gke-spot': 'true' } });
    // A plain cluster has no label of its own for spot nodes: the pool's tells them.
    const plain = app({ nodePools, cluster: Platform.plain() }, { ...workers(1, H100(8)), capacity });
    expect(plain.synth).not.toThrow();
    expect(plain.pod()).toMatchObject({ nodeSelector: { pool: 'h100-spot' } });
  });

  test('on the one pool that the job, or a role, names', () => {
    const other: NodePool = { ...GPU, name: 'h100-b', labels: { pool: 'h100-b' } };
    const nodePools = [CPU, GPU, other];
    const job = app({ nodePools }, { ...workers(1, H100(8), { master: { pool: GPU } }), pool: other });
    expect(job.synth).not.toThrow();
    expect(job.pod('Master')).toMatchObject({ nodeSelector: { pool: 'h100' } });
    expect(job.pod('Worker')).toMatchObject({ nodeSelector: { pool: 'h100-b' } });
    const launcher = app({ nodePools }, { ...workers(1), pool: GPU });
    expect(launcher.pod()).toMatchObject({ nodeSelector: { pool: 'h100' } });
  });

  test('those without an accelerator go to spot nodes that have some, when only these are bought so', () => {
    const capacity = Capacity.spot({ mayLoseWork: true });
    const { synth, pod } = app({ nodePools: [CPU, SPOT] }, { ...workers(1), capacity });
    expect(synth).not.toThrow();
    expect(pod()).toMatchObject({ nodeSelector: { pool: 'h100-spot' } });
  });

  test('a TrainJob, too', () => {
    const runtime = Framework.runtime('torch-distributed', { nodes: 2, accelerator: H100(8) });
    const { spec, synth } = app({ nodePools: [GPU] }, { framework: runtime });
    expect(synth).not.toThrow();
    expect(JSON.stringify(spec())).toContain('"pool":"h100"');
    expect(JSON.stringify(spec())).toContain(
      '{"effect":"NoSchedule","key":"dedicated","operator":"Equal","value":"training"}',
    );
  });

  test('a TrainJob that leaves it to its runtime, which runs on the pools that offer what it asks for', () => {
    const root = Testing.app();
    new MlPlatform(new Chart(root, 'platform'), 'Platform', { cluster: Platform.gke(), nodePools: [CPU, GPU] });
    const chart = new Chart(root, 'team', { namespace: 'team-nlp' });
    const runtime = new TrainingRuntime(chart, 'torch', {
      policy: RuntimePolicy.torch(),
      image: 'train:1',
      nodes: 2,
      accelerator: H100(8),
    });
    new DistributedTrainingJob(chart, 'by-runtime', { framework: Framework.runtime(runtime, {}) });
    new DistributedTrainingJob(chart, 'by-name', { framework: Framework.runtime('torch-distributed', { nodes: 99 }) });
    expect(() => synthesize(root)).not.toThrow();
    const [blueprint, ...jobs] = Testing.synth(chart).map((object) => JSON.stringify(object));
    expect(blueprint).toContain('"pool":"h100"');
    expect(blueprint).toContain('"key":"dedicated"');
    for (const job of jobs) expect(job).not.toContain('nodeSelector');

    new DistributedTrainingJob(chart, 'too-many', { framework: Framework.runtime(runtime, { nodes: 3 }) });
    expect(() => synthesize(root)).toThrow("[team/too-many] only 2 of the job's 3 pods find a place at once");
  });

  test('as ever where no pools are declared', () => {
    const { pod } = app({}, workers(100, H100(8)));
    const alone = app({ cluster: undefined }, { ...workers(100, H100(8)), platform: Platform.gke() });
    expect(pod()).toEqual(alone.pod());
  });
});

describe('what is refused', () => {
  const WHOLE = { nodePools: [CPU, GPU, SPOT] };
  test.each<[string, MlPlatformProps, DistributedTrainingJobProps, string]>([
    [
      'an accelerator that no pool offers',
      WHOLE,
      workers(1, Accelerator.nvidia(NvidiaGpu.L4)),
      "[team/llm] 'workers.accelerator': no node pool offers NVIDIA-L4: choose one of NVIDIA-H100-80GB-HBM3, or add a pool with it to the platform",
    ],
    [
      'an accelerator where no pool has any',
      { nodePools: [CPU] },
      workers(1, H100(1)),
      "'workers.accelerator': no node pool offers NVIDIA-H100-80GB-HBM3: add a pool with it to the platform",
    ],
    [
      'a slice of GPUs that pools have whole only',
      WHOLE,
      workers(1, Accelerator.nvidia(NvidiaGpu.H100, { migProfile: '1g.10gb' })),
      'no node pool offers NVIDIA-H100-80GB-HBM3 MIG 1g.10gb',
    ],
    [
      'a share of GPUs that pools have whole only',
      WHOLE,
      workers(1, Accelerator.nvidia(NvidiaGpu.H100, { sharing: GpuSharing.timeSlicing({ clients: 4 }) })),
      'no node pool offers NVIDIA-H100-80GB-HBM3 by time-slicing: choose one of NVIDIA-H100-80GB-HBM3, or add',
    ],
    [
      'TPU machines of another topology',
      {
        nodePools: [{ name: 'tpu', count: 4, accelerators: [Accelerator.tpu(TpuGeneration.V6E, { topology: '4x4' })] }],
      },
      {
        framework: Framework.jax({
          image: 'train:1',
          replicas: 8,
          accelerator: Accelerator.tpu(TpuGeneration.V6E, { topology: '4x8' }),
        }),
      },
      'no node pool offers TPU v6e in a v6e slice of 4x8: choose one of TPU v6e in a v6e slice of 4x4',
    ],
    [
      'a gang that the pools cannot hold when they are empty',
      WHOLE,
      workers(3, H100(8)),
      "[team/llm] only 2 of the job's 3 pods find a place at once, even when nothing else runs (h100 has at most 2 nodes): lower 'workers.replicas', ask for less in each pod, or let a pool have more nodes",
    ],
    [
      'pods that are too large for any node',
      WHOLE,
      workers(1, H100(8), { resources: { memory: { request: Size.gibibytes(2048) } } }),
      "'workers.resources': no node pool takes such a pod (h100: a node has too little memory): ask for less, or add a pool of larger nodes",
    ],
    [
      'spot nodes of which there are none',
      { nodePools: [CPU, GPU] },
      { ...workers(1, H100(8)), capacity: Capacity.spot({ mayLoseWork: true }) },
      "[team/llm] 'capacity': no node pool offers NVIDIA-H100-80GB-HBM3 on spot nodes (h100 is on-demand): choose another capacity, or add a pool",
    ],
    [
      'accelerators of spot nodes alone, for a job that does not say that it runs on such',
      { nodePools: [SPOT] },
      workers(1, H100(8)),
      "no node pool offers NVIDIA-H100-80GB-HBM3 on on-demand nodes (h100-spot is spot): say with 'capacity' that the job runs on such nodes, or add a pool",
    ],
    [
      'TrainJobs above the quota of their namespace',
      { quotas: [{ namespace: 'team-nlp', accelerators: [{ accelerator: H100(1), most: 8 }] }] },
      { framework: Framework.runtime('torch-distributed', { nodes: 2, accelerator: H100(8) }) },
      'namespace team-nlp: its pods ask for 16 requests.nvidia.com/gpu',
    ],
    [
      'a pool that the platform does not have',
      { nodePools: [CPU] },
      { ...workers(1), pool: GPU },
      "[team/llm] 'pool': the platform has no node pool 'h100': name it in the platform's 'nodePools'",
    ],
    [
      'a pool where nobody says what nodes there are',
      {},
      workers(1, H100(1), { workers: { pool: GPU } }),
      "'workers.pool': no MlPlatform of this app says what nodes there are: name the pool in its 'nodePools'",
    ],
    [
      'a pool that does not offer the accelerator',
      WHOLE,
      workers(1, H100(1), { pool: CPU }),
      "'workers.accelerator': node pool cpu does not offer NVIDIA-H100-80GB-HBM3: choose another pool",
    ],
    [
      'a gang above the quota of its namespace',
      { quotas: [{ namespace: 'team-nlp', accelerators: [{ accelerator: H100(1), most: 8 }] }] },
      workers(2, H100(8)),
      '[team/llm] namespace team-nlp: its pods ask for 16 requests.nvidia.com/gpu, and ResourceQuota armature gives 8: ask for less, or raise the quota',
    ],
    [
      'pods that do not say what a quota counts',
      { quotas: [{ namespace: 'team-nlp', cpu: Cpu.units(100) }] },
      workers(1),
      "'workers.resources': ResourceQuota armature counts requests.cpu, so that pods without a request of cpu are refused",
    ],
  ])('%s', (_what, platform, job, message) => {
    expect(app(platform, job).synth).toThrow(message);
  });

  test('a platform that is constructed after the jobs that it is to place', () => {
    const root = Testing.app();
    new DistributedTrainingJob(new Chart(root, 'team'), 'llm', workers(1));
    new MlPlatform(new Chart(root, 'platform'), 'Platform', { nodePools: [CPU] });
    expect(() => synthesize(root)).toThrow('was constructed later: construct it first');
  });

  test.each<[string, MlPlatformProps, string]>([
    ['two pools of one name', { nodePools: [CPU, CPU] }, "two node pools are named 'cpu'"],
    [
      'a pool without nodes',
      { nodePools: [{ name: 'none', count: 0 }] },
      "'none': 'count' or 'max' must be a positive integer",
    ],
    [
      'two quotas of one namespace',
      { quotas: [{ namespace: 'a' }, { namespace: 'a' }] },
      "namespace 'a' has two quotas",
    ],
    [
      'two models in one resource',
      {
        quotas: [
          {
            namespace: 'a',
            accelerators: [
              { accelerator: H100(1), most: 8 },
              { accelerator: Accelerator.nvidia(NvidiaGpu.L4), most: 8 },
            ],
          },
        ],
      },
      'Kubernetes counts NVIDIA-L4 and another accelerator together, as requests.nvidia.com/gpu',
    ],
  ])('%s', (_what, props, message) => {
    expect(() => new MlPlatform(new Chart(new App(), 'test'), 'Platform', props)).toThrow(message);
  });

  test('by the compiler: a pool of a fixed size that also grows', () => {
    // @ts-expect-error one of the two
    const pool: NodePool = { name: 'both', count: 1, max: 2 };
    expect(pool.name).toBe('both');
  });
});

describe('what is allowed', () => {
  test.each<[string, MlPlatformProps, DistributedTrainingJobProps]>([
    ['as many as fit', { nodePools: [CPU, GPU] }, workers(16, H100(1))],
    [
      'as many as fit once the pool has grown',
      { nodePools: [{ ...GPU, count: undefined, max: 64 }] },
      workers(64, H100(8)),
    ],
    [
      'shares, by how many a node has',
      {
        nodePools: [
          {
            name: 'shared',
            count: 1,
            accelerators: [
              {
                accelerator: Accelerator.nvidia(NvidiaGpu.H100, { sharing: GpuSharing.timeSlicing({ clients: 4 }) }),
                perNode: 32,
              },
            ],
          },
        ],
      },
      workers(32, Accelerator.nvidia(NvidiaGpu.H100, { sharing: GpuSharing.timeSlicing({ clients: 4 }) })),
    ],
    [
      'claims of what a pool offers',
      { nodePools: [GPU], cluster: Platform.plain() },
      workers(2, Accelerator.nvidia(NvidiaGpu.H100, { count: 8, claim: true })),
    ],
    [
      'a job within its quota, and others’ quotas',
      {
        quotas: [
          { namespace: 'team-nlp', accelerators: [{ accelerator: H100(1), most: 16 }] },
          { namespace: 'team-b', pods: 1 },
        ],
      },
      workers(2, H100(8)),
    ],
  ])('%s', (_what, platform, job) => {
    expect(app(platform, job).synth).not.toThrow();
  });

  test('a job of another of two clusters goes by its own', () => {
    const root = Testing.app();
    for (const [name, pool] of [
      ['east', GPU],
      ['west', CPU],
    ] as const) {
      const cluster = new Chart(root, name);
      new MlPlatform(cluster, 'Platform', { cluster: Platform.gke(), nodePools: [pool], namespace: name });
      new DistributedTrainingJob(cluster, 'job', {
        ...workers(1, name === 'east' ? H100(8) : undefined),
        metadata: { namespace: name },
      });
    }
    const both = new DistributedTrainingJob(new Chart(root, 'either'), 'job', workers(99, H100(8)));
    expect(() => both.node.validate()).not.toThrow();
    expect(both.node.validate()).toEqual([]);
    for (const name of ['east', 'west'])
      expect(root.node.findChild(name).node.findChild('job').node.validate()).toEqual([]);
  });
});

test('quotas are ResourceQuotas, and the limit of partial gangs a flag', () => {
  const chart = new Chart(Testing.app(), 'test');
  new MlPlatform(chart, 'Platform', {
    cluster: Platform.gke(),
    partialGangTimeout: Duration.minutes(2),
    quotas: [
      {
        namespace: 'team-nlp',
        cpu: Cpu.units(64),
        memory: Size.gibibytes(512),
        pods: 100,
        accelerators: [{ accelerator: H100(1), most: 16 }],
      },
    ],
  });
  const manifests = Testing.synth(chart) as { kind: string }[];
  expect(manifests.filter(({ kind }) => kind === 'ResourceQuota')).toMatchSnapshot();
  expect(JSON.stringify(manifests)).toContain('"--partial-gang-seconds","120"');
});
