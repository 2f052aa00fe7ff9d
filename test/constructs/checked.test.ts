import { expect, test } from '@jest/globals';
import { Chart, Duration, Size, Testing } from 'cdk8s';
import { DEFINITIONS, type KubeObject } from '../../src/api/index.ts';
import { checkAll } from '../../src/cli/check/check.ts';
import {
  Accelerator,
  Capacity,
  Checkpoint,
  ClusterTrainingRuntime,
  Cpu,
  DataSource,
  DistributedTrainingJob,
  Framework,
  JobVolume,
  NvidiaGpu,
  Platform,
  Queue,
  type ReplicaProps,
  RuntimeGang,
  RuntimePolicy,
  Topology,
} from '../../src/constructs/index.ts';
import { trainingDomains } from '../../src/training/controller.ts';

const POD: ReplicaProps = {
  image: 'train:1',
  command: ['python3', 'train.py'],
  resources: { cpu: { request: Cpu.units(4) }, memory: { request: Size.gibibytes(8), limit: Size.gibibytes(16) } },
  accelerator: Accelerator.nvidia(NvidiaGpu.H100, { count: 8, efa: 32 }),
  volumes: [JobVolume.sharedMemory(Size.gibibytes(8)), JobVolume.scratch('/scratch', { size: Size.gibibytes(100) })],
  data: [DataSource.model('s3://models/base', { path: '/model', secret: { name: 's3' } })],
  imagePullSecrets: [{ name: 'registry' }],
  secretVariables: [{ name: 'wandb' }],
  priorityClass: 'research',
  terminationGrace: Duration.minutes(2),
  user: 1000,
};

function constructed() {
  const chart = new Chart(Testing.app(), 'test', { namespace: 'team-a' });
  const setting = {
    platform: Platform.eks(),
    capacity: Capacity.spot(),
    queue: Queue.kueue('gpu', { priorityClass: 'high', maxExecution: Duration.hours(8) }),
    topology: Topology.preferred('rack'),
  };
  const checkpoint = Checkpoint.s3('s3://checkpoints');
  const workers = { replicas: 2 };
  for (const framework of [
    Framework.pytorch({ ...POD, workers }),
    Framework.jax({ ...POD, ...workers }),
    Framework.tensorflow({ ...POD, chief: {}, workers }),
    Framework.xgboost({ ...POD, workers }),
    Framework.paddle({ ...POD, workers }),
  ]) {
    new DistributedTrainingJob(chart, framework.kind.toLowerCase(), { ...setting, framework, checkpoint });
  }
  const { data: _, secretVariables: __, priorityClass: ___, ...node } = POD;
  const policies = [
    RuntimePolicy.torch(),
    RuntimePolicy.jax(),
    RuntimePolicy.xgboost(),
    RuntimePolicy.mpi('deepspeed'),
  ];
  for (const policy of policies) {
    const runtime = new ClusterTrainingRuntime(chart, `own-${policy.framework}`, {
      ...node,
      image: 'runtime:1',
      policy,
      platform: setting.platform,
      gang: RuntimeGang.coscheduling(Duration.minutes(5)),
      initializer: { size: Size.gibibytes(50) },
      maxRestarts: 3,
      ttlAfterFinished: Duration.days(1),
    });
    new DistributedTrainingJob(chart, `tune-${policy.framework}`, {
      ...setting,
      capacity: Capacity.spot({ mayLoseWork: true }),
      metadata: { annotations: { 'armature.dev/checkpoint-interval': '10m' } },
      framework: Framework.runtime(runtime, {
        ...node,
        nodes: 2,
        data: [DataSource.dataset('hf://org/data', { path: '/workspace/dataset' })],
      }),
    });
  }
  return Testing.synth(chart) as KubeObject[];
}

test('whatever is constructed, an API server and the controller take, under Pod Security restricted', () => {
  const located = constructed().map((object) => ({ object, where: `${object.kind} ${object.metadata.name}` }));
  const found = checkAll(located, { definitions: DEFINITIONS, domains: trainingDomains() });
  expect(found).toHaveLength(13);
  expect(found.flatMap(({ where, findings }) => findings.map((finding) => ({ where, ...finding })))).toEqual([]);
});
