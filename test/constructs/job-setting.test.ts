import { describe, expect, test } from '@jest/globals';
import { Chart, Duration, Size, Testing } from 'cdk8s';
import {
  Capacity,
  DataSource,
  DistributedTrainingJob,
  type DistributedTrainingJobProps,
  EnvValue,
  Framework,
  JobVolume,
  Platform,
  Queue,
  synthesize,
  Topology,
} from '../../src/constructs/index.ts';

const FRAMEWORK = Framework.pytorch({ image: 'train:1', master: {}, workers: { replicas: 2 } });
interface Template {
  readonly metadata?: object;
  readonly spec: Readonly<Record<string, unknown>>;
}

function job(props: Partial<DistributedTrainingJobProps>) {
  const app = Testing.app();
  const chart = new Chart(app, 'test', { namespace: 'team-a' });
  new DistributedTrainingJob(chart, 'train', { framework: FRAMEWORK, ...props });
  const manifest = () => (Testing.synth(chart) as Record<string, unknown>[])[0] ?? {};
  const template = (type: 'Master' | 'Worker'): Template => {
    const { pytorchReplicaSpecs } = manifest().spec as Record<string, Record<string, { template: Template }>>;
    return pytorchReplicaSpecs?.[type]?.template ?? { spec: {} };
  };
  return { manifest, template, synth: () => synthesize(app) };
}

describe('Queue', () => {
  test("Kueue's is a label, with what goes with it", () => {
    const queue = Queue.kueue('gpu', {
      priorityClass: 'research',
      maxExecution: Duration.hours(2),
      suspendOnCreate: true,
    });
    const { manifest } = job({ queue, metadata: { labels: { team: 'nlp' } } });
    expect(manifest()).toMatchObject({
      metadata: {
        labels: {
          team: 'nlp',
          'kueue.x-k8s.io/queue-name': 'gpu',
          'kueue.x-k8s.io/priority-class': 'research',
          'kueue.x-k8s.io/max-exec-time-seconds': '7200',
        },
      },
      spec: { runPolicy: { suspend: true } },
    });
  });

  test("a name alone is Kueue's, and leaves the job as it is", () => {
    const { manifest } = job({ queue: 'gpu' });
    expect(manifest()).toMatchObject({ metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'gpu' } } });
    expect(manifest().spec).not.toHaveProperty('runPolicy');
  });

  test("Volcano's is part of the gang's policy", () => {
    const { manifest } = job({
      queue: Queue.volcano('gold', { priorityClass: 'high' }),
      runPolicy: { minAvailable: 3 },
    });
    expect(manifest().spec).toMatchObject({
      runPolicy: { schedulingPolicy: { queue: 'gold', priorityClass: 'high', minAvailable: 3 } },
    });
    expect(manifest().metadata).not.toHaveProperty('labels');
  });

  test('is named once', () => {
    const { synth } = job({
      queue: Queue.volcano('gold', { priorityClass: 'high' }),
      runPolicy: { schedulingQueue: 'silver', priorityClass: 'low' },
    });
    expect(synth).toThrow("'runPolicy.schedulingQueue' and 'queue' both name Volcano's queue");
    expect(synth).toThrow("'runPolicy.priorityClass' and 'queue' both name the gang's priority");
    expect(() => Queue.kueue('GPU queue')).toThrow("'name' of a queue must be lower-case");
  });
});

describe('Topology', () => {
  const kueue = Queue.kueue('gpu');

  test.each([
    [
      Topology.required('rack'),
      Platform.gke(),
      { 'kueue.x-k8s.io/podset-required-topology': 'cloud.google.com/gce-topology-subblock' },
    ],
    [
      Topology.preferred('block'),
      Platform.eks(),
      { 'kueue.x-k8s.io/podset-preferred-topology': 'topology.k8s.aws/network-node-layer-2' },
    ],
    [
      Topology.preferred('example.com/rack'),
      Platform.plain(),
      { 'kueue.x-k8s.io/podset-preferred-topology': 'example.com/rack' },
    ],
    [Topology.unconstrained(), Platform.plain(), { 'kueue.x-k8s.io/podset-unconstrained-topology': 'true' }],
  ])("Kueue's is an annotation of every pod", (topology, platform, annotations) => {
    const { template, synth } = job({ topology, platform, queue: kueue });
    expect([template('Master').metadata, template('Worker').metadata]).toEqual([{ annotations }, { annotations }]);
    expect(synth).not.toThrow();
  });

  const labelSelector = { matchLabels: { 'training.kubeflow.org/job-name': 'train' } };
  test.each([
    [
      Topology.packed('zone'),
      {
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'topology.kubernetes.io/zone', labelSelector },
            ],
          },
        },
      },
    ],
    [
      Topology.near('host'),
      {
        affinity: {
          podAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 100, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector } },
            ],
          },
        },
      },
    ],
    [
      Topology.spread('zone'),
      {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'topology.kubernetes.io/zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector,
          },
        ],
      },
    ],
  ])('others concern the pods of the job', (topology, spec) => {
    expect(job({ topology }).template('Worker').spec).toMatchObject(spec);
  });

  test('goes along with what is asked of nodes', () => {
    const { template } = job({
      topology: Topology.packed('zone'),
      capacity: Capacity.onDemand(),
      platform: Platform.gke(),
    });
    expect(Object.keys(template('Worker').spec.affinity as object)).toEqual(['nodeAffinity', 'podAffinity']);
  });

  test("that Kueue looks after needs one of Kueue's queues", () => {
    expect(job({ topology: Topology.required('zone') }).synth).toThrow("[test/train] 'topology': Kueue places only");
    expect(job({ topology: Topology.required('zone'), queue: Queue.volcano('a') }).synth).toThrow('Kueue places only');
  });

  test('needs a label where the platform has none', () => {
    const { synth } = job({ topology: Topology.packed('rack'), platform: Platform.aks() });
    expect(synth).toThrow('AKS has no label of its own for a rack: name the label that your nodes carry');
  });
});

describe('capacity of a job', () => {
  test('holds for roles that say nothing of their own', () => {
    const framework = Framework.pytorch({
      image: 'train:1',
      master: { capacity: Capacity.onDemand() },
      workers: { replicas: 2 },
    });
    const { template } = job({ framework, capacity: Capacity.spot({ mayLoseWork: true }), platform: Platform.eks() });
    expect(template('Master').spec).toMatchObject({ nodeSelector: { 'karpenter.sh/capacity-type': 'on-demand' } });
    expect(template('Worker').spec).toMatchObject({ nodeSelector: { 'karpenter.sh/capacity-type': 'spot' } });
  });

  test('that is spot needs checkpoints, or a word that it does not', () => {
    const platform = Platform.eks();
    expect(job({ capacity: Capacity.spot(), platform }).synth).toThrow('the job saves no checkpoints');
    const annotations = { 'armature.dev/checkpoint-interval': '10m' };
    expect(job({ capacity: Capacity.spot(), platform, metadata: { annotations } }).synth).not.toThrow();
    expect(job({ capacity: Capacity.spot({ mayLoseWork: true }), platform }).synth).not.toThrow();
  });

  test('is told once for all roles', () => {
    const { synth } = job({ capacity: Capacity.reserved('h100s'), platform: Platform.eks() });
    expect(synth).not.toThrow(/named by its ID.*\n.*named by its ID/);
    expect(synth).toThrow('named by its ID');
  });
});

describe('what pods bring along', () => {
  test('data, secrets, volumes, ranks', () => {
    const framework = Framework.pytorch({
      image: 'registry.example.com/train:1',
      imagePullSecrets: [{ name: 'registry' }],
      priorityClass: 'research',
      terminationGrace: Duration.minutes(2),
      secretVariables: [{ name: 'wandb' }],
      data: [
        DataSource.dataset('hf://tatsu-lab/alpaca', {
          path: '/data',
          secret: { name: 'hf' },
          size: Size.gibibytes(10),
        }),
        DataSource.model('s3://models/llama', {
          path: '/model',
          envVariables: { ENDPOINT: EnvValue.fromValue('http://s3.ml.svc') },
        }),
      ],
      volumes: [
        JobVolume.scratch('/scratch', { size: Size.gibibytes(200), storageClass: 'fast' }),
        JobVolume.claim('/shared', { name: 'shared' }, { subPath: 'team-a' }),
      ],
      workers: { replicas: 2 },
    });
    expect(job({ framework, runPolicy: { scheduleTimeout: Duration.minutes(5) } }).manifest()).toMatchSnapshot();
  });

  test('two data sets have two volumes', () => {
    const data = ['a', 'b'].map((name) => DataSource.dataset(`hf://org/${name}`, { path: `/data/${name}` }));
    const framework = Framework.pytorch({ image: 'train:1', data, workers: {} });
    const { initContainers, volumes } = job({ framework }).template('Worker').spec as Record<
      string,
      { name: string }[]
    >;
    expect(initContainers?.map(({ name }) => name)).toEqual(['dataset-initializer', 'dataset-1-initializer']);
    expect(volumes?.map(({ name }) => name)).toEqual(['dataset', 'dataset-1']);
  });

  test('nothing twice at one place', () => {
    const framework = Framework.pytorch({
      image: 'train:1',
      data: [DataSource.dataset('hf://org/a', { path: '/data' })],
      workers: { volumes: [JobVolume.emptyDir('/data')] },
    });
    expect(job({ framework }).synth).toThrow("'workers.volumes': two volumes would be mounted at /data");
  });

  test.each([
    ['gs://bucket', '/data', 'must begin with hf:// or s3://'],
    ['hf://org/name', 'data', "'path' must be absolute"],
  ])('not %s at %s', (uri, path, message) => {
    expect(() => DataSource.dataset(uri, { path })).toThrow(message);
  });
});
