import { describe, expect, test } from '@jest/globals';
import { ApiObject, Chart, Duration, JsonPatch, Size, Testing } from 'cdk8s';
import {
  Accelerator,
  Cpu,
  DistributedTrainingJob,
  type DistributedTrainingJobProps,
  EnvValue,
  Framework,
  type JaxProps,
  JobVolume,
  type MpiProps,
  NvidiaGpu,
  type PaddleProps,
  Platform,
  type PyTorchProps,
  synthesize,
  type TensorFlowProps,
  type XGBoostProps,
} from '../../src/constructs/index.ts';

function job(props: DistributedTrainingJobProps, id = 'train') {
  const app = Testing.app();
  const chart = new Chart(app, 'test', { namespace: 'team-a' });
  const construct = new DistributedTrainingJob(chart, id, props);
  return {
    construct,
    manifest: () => (Testing.synth(chart) as unknown[])[0],
    synth: () => synthesize(app),
  };
}

const pytorch = (props: Partial<PyTorchProps> = {}) =>
  Framework.pytorch({ image: 'train:1', workers: { replicas: 2 }, ...props });

describe('DistributedTrainingJob', () => {
  test('minimal', () => {
    expect(job({ framework: pytorch({ master: {}, workers: undefined }) }).manifest()).toMatchSnapshot();
  });

  test('full', () => {
    const { manifest } = job({
      metadata: { name: 'llm', namespace: 'research', labels: { team: 'nlp' } },
      queue: 'gpu-queue',
      platform: Platform.gke(),
      runPolicy: {
        activeDeadline: Duration.hours(12),
        ttlAfterFinished: Duration.days(1),
        backoffLimit: 3,
        cleanPodPolicy: 'Running',
        suspend: true,
        minAvailable: 5,
        schedulingQueue: 'gold',
        priorityClass: 'high',
      },
      framework: pytorch({
        command: ['torchrun', 'train.py'],
        args: ['--fast'],
        processesPerNode: 'gpu',
        envVariables: { LOG: EnvValue.fromValue('info') },
        volumes: [
          JobVolume.sharedMemory(Size.gibibytes(8)),
          JobVolume.claim('/data', { name: 'data' }, { readOnly: true }),
        ],
        resources: { cpu: { request: Cpu.units(8), limit: Cpu.units(16) }, memory: { request: Size.gibibytes(64) } },
        accelerator: Accelerator.nvidia(NvidiaGpu.H100, { count: 8 }),
        user: 1000,
        workers: {
          replicas: 4,
          restartPolicy: 'ExitCode',
          labels: { role: 'worker' },
          envVariables: { LOG: EnvValue.fromValue('debug') },
        },
        elastic: { minReplicas: 2, maxReplicas: 8, maxRestarts: 5 },
      }),
    });
    expect(manifest()).toMatchSnapshot();
  });

  test('JAX', () => {
    const { manifest } = job({
      metadata: { name: 'lm' },
      queue: 'gpu-queue',
      platform: Platform.gke(),
      runPolicy: { backoffLimit: 3 },
      framework: Framework.jax({
        image: 'jax:1',
        command: ['python3', 'train.py'],
        accelerator: Accelerator.nvidia(NvidiaGpu.L4, { count: 1 }),
        user: 1000,
        replicas: 4,
        restartPolicy: 'ExitCode',
      }),
    });
    expect(manifest()).toMatchSnapshot();
  });

  test('TensorFlow', () => {
    const framework = Framework.tensorflow({
      image: 'tf:1',
      command: ['python3', 'train.py'],
      chief: {},
      workers: { replicas: 2, accelerator: Accelerator.nvidia(NvidiaGpu.L4, { count: 1 }) },
      parameterServers: { replicas: 2, resources: { memory: { request: Size.gibibytes(16) } } },
      evaluator: { image: 'evaluate:1', restartPolicy: 'Always' },
      dynamicWorkers: true,
    });
    expect(job({ framework, platform: Platform.eks() }).manifest()).toMatchSnapshot();
  });

  test('TensorFlow without a chief', () => {
    const framework = Framework.tensorflow({ image: 'tf:1', workers: { replicas: 3 }, allWorkers: true });
    expect(job({ framework }).manifest()).toMatchObject({
      kind: 'TFJob',
      spec: { successPolicy: 'AllWorkers', tfReplicaSpecs: { Worker: { replicas: 3 } } },
    });
  });

  test('XGBoost', () => {
    const framework = Framework.xgboost({ image: 'xgb:1', workers: { replicas: 2, restartPolicy: 'ExitCode' } });
    expect(job({ framework, runPolicy: { backoffLimit: 2 } }).manifest()).toMatchSnapshot();
  });

  test('Paddle', () => {
    const framework = Framework.paddle({
      image: 'paddle:1',
      command: ['python3', '-m', 'paddle.distributed.launch', 'train.py'],
      workers: { replicas: 2 },
      elastic: { minReplicas: 1, maxReplicas: 4, etcd: 'etcd.ml.svc:2379', maxRestarts: 2 },
    });
    expect(job({ framework }).manifest()).toMatchSnapshot();
  });

  test('Paddle with parameter servers', () => {
    const framework = Framework.paddle({ image: 'p:1', parameterServers: { replicas: 2 }, workers: { replicas: 4 } });
    expect(job({ framework }).manifest()).toMatchObject({
      kind: 'PaddleJob',
      spec: { paddleReplicaSpecs: { Master: { replicas: 2 }, Worker: { replicas: 4 } } },
    });
  });

  test('its default child is the custom resource', () => {
    expect(ApiObject.of(job({ framework: pytorch() }).construct).kind).toBe('PyTorchJob');
  });

  test('the custom resource can be patched', () => {
    const { construct, manifest } = job({ framework: pytorch() });
    ApiObject.of(construct).addJsonPatch(JsonPatch.add('/spec/runPolicy', { managedBy: 'kueue.x-k8s.io/multikueue' }));
    expect(manifest()).toMatchObject({ spec: { runPolicy: { managedBy: 'kueue.x-k8s.io/multikueue' } } });
  });

  test('what master or workers say wins over what is said for both', () => {
    const { manifest } = job({ framework: pytorch({ master: { image: 'other:2' }, args: ['a'] }) });
    expect(manifest()).toMatchObject({
      spec: {
        pytorchReplicaSpecs: {
          Master: { template: { spec: { containers: [{ image: 'other:2', args: ['a'] }] } } },
          Worker: { template: { spec: { containers: [{ image: 'train:1', args: ['a'] }] } } },
        },
      },
    });
  });

  test.each<[string, Partial<PyTorchProps>, string]>([
    ['neither master nor workers', { workers: undefined }, "needs 'master', 'workers' or both"],
    ['no image', { image: undefined }, "'workers' has no image"],
    ['no worker', { workers: { replicas: 0 } }, "'workers.replicas' must be a positive integer, got 0"],
    ['an unknown number of processes', { processesPerNode: 'many' }, "'processesPerNode' must be auto, cpu, gpu"],
    [
      'elastic without workers',
      { master: {}, workers: undefined, elastic: { minReplicas: 1, maxReplicas: 2 } },
      "'elastic' needs 'workers'",
    ],
    [
      'bounds upside down',
      { elastic: { minReplicas: 3, maxReplicas: 1 } },
      "'elastic.maxReplicas' (1) must not be below",
    ],
    [
      'workers out of bounds',
      { elastic: { minReplicas: 3, maxReplicas: 4 } },
      "'workers.replicas' (2) must lie between",
    ],
  ])('refuses %s, naming the construct', (_what, props, message) => {
    const { synth } = job({ framework: pytorch(props) });
    expect(synth).toThrow('[test/train] ');
    expect(synth).toThrow(message);
  });

  test.each<[string, Partial<JaxProps>, string]>([
    ['no image', { image: undefined }, "a JAX job has no image: set 'image'"],
    ['no worker', { replicas: 0 }, "'replicas' must be a positive integer, got 0"],
    ['half a worker', { replicas: 1.5 }, "'replicas' must be a positive integer, got 1.5"],
  ])('refuses a JAX job with %s', (_what, props, message) => {
    expect(job({ framework: Framework.jax({ image: 'jax:1', ...props }) }).synth).toThrow(message);
  });

  test.each<[string, Partial<TensorFlowProps>, string]>([
    ['nobody who decides', { workers: undefined, parameterServers: {} }, "needs 'chief', 'workers' or both"],
    ['no image', { image: undefined }, "'workers' has no image"],
    ['no worker', { workers: { replicas: 0 } }, "'workers.replicas' must be a positive integer, got 0"],
    ['a policy that a chief overrules', { chief: {}, allWorkers: true }, "'allWorkers' means nothing beside 'chief'"],
    ['dynamic workers alone', { dynamicWorkers: true }, "'dynamicWorkers' needs 'parameterServers'"],
  ])('refuses a TensorFlow job with %s', (_what, props, message) => {
    const framework = Framework.tensorflow({ image: 'tf:1', workers: { replicas: 2 }, ...props });
    expect(job({ framework }).synth).toThrow(message);
  });

  test.each<[string, Partial<XGBoostProps>, string]>([
    ['no image', { image: undefined }, "'master' has no image"],
    ['half a worker', { workers: { replicas: 0.5 } }, "'workers.replicas' must be a positive integer, got 0.5"],
  ])('refuses an XGBoost job with %s', (_what, props, message) => {
    expect(job({ framework: Framework.xgboost({ image: 'xgb:1', ...props }) }).synth).toThrow(message);
  });

  const elastic = { minReplicas: 1, maxReplicas: 4, etcd: 'etcd:2379' };
  test.each<[string, Partial<PaddleProps>, string]>([
    ['no role', { workers: undefined }, "needs 'workers', 'parameterServers' or both"],
    ['no image', { image: undefined }, "'workers' has no image"],
    ['workers out of bounds', { elastic: { ...elastic, minReplicas: 3 } }, "'workers.replicas' (2) must lie between"],
    ['elastic trainers', { elastic, parameterServers: {} }, "leave 'parameterServers' out"],
    [
      'an etcd that is none',
      { elastic: { ...elastic, etcd: 'http://etcd' } },
      "'elastic.etcd' must be a host and a port",
    ],
  ])('refuses a Paddle job with %s', (_what, props, message) => {
    const framework = Framework.paddle({ image: 'paddle:1', workers: { replicas: 2 }, ...props });
    expect(job({ framework }).synth).toThrow(message);
  });

  test('an MPI job over ssh: mpirun on the launcher, an ssh server of an ordinary user on the workers', () => {
    const framework = Framework.mpi({
      image: 'mpi:1',
      user: 1000,
      keysPath: '/keys/.ssh',
      launcher: { command: ['mpirun', '-n', '4', 'train'] },
      workers: { replicas: 2 },
      slotsPerWorker: 2,
      waitForWorkers: true,
    });
    const { manifest, synth } = job({ framework });
    expect(synth).not.toThrow();
    expect(manifest()).toMatchObject({
      kind: 'MPIJob',
      spec: {
        transport: 'ssh',
        slotsPerWorker: 2,
        sshAuthMountPath: '/keys/.ssh',
        launcherCreationPolicy: 'WaitForWorkersReady',
        mpiReplicaSpecs: {
          Launcher: {
            replicas: 1,
            template: {
              spec: { automountServiceAccountToken: false, containers: [{ command: ['mpirun', '-n', '4', 'train'] }] },
            },
          },
          Worker: { replicas: 2, template: { spec: { securityContext: { runAsUser: 1000 } } } },
        },
      },
    });
  });

  test('an MPI job by exec: its launcher, and nobody else, speaks to the API server', () => {
    const launcher = { command: ['mpirun', 'train'] };
    const framework = Framework.mpi({ image: 'mpi:1', transport: 'exec', launcher, workers: {} });
    const { manifest, synth } = job({ framework });
    expect(synth).not.toThrow();
    const { spec } = manifest() as {
      spec: { transport: string; mpiReplicaSpecs: Record<string, { template: { spec: object } }> };
    };
    expect(spec.transport).toBe('exec');
    expect(spec.mpiReplicaSpecs.Launcher?.template.spec).not.toHaveProperty('automountServiceAccountToken');
    expect(spec.mpiReplicaSpecs.Worker?.template.spec).toMatchObject({ automountServiceAccountToken: false });
  });

  test.each<[string, Partial<MpiProps>, string]>([
    ['root over ssh', { user: 0 }, "'user' must not be 0 over ssh"],
    ['a user whose keys are nowhere', { user: 1000 }, "'keysPath' must be given along with 'user'"],
    ['keys by exec', { transport: 'exec', keysPath: '/keys' }, "'keysPath' means nothing by exec"],
    ['no slots', { slotsPerWorker: 0 }, "'slotsPerWorker' must be a positive integer"],
    ['nobody to work', { workers: undefined }, "needs 'workers'"],
  ])('refuses an MPI job with %s', (_what, props, message) => {
    const framework = Framework.mpi({ image: 'mpi:1', launcher: {}, workers: { replicas: 2 }, ...props });
    expect(job({ framework }).synth).toThrow(message);
  });

  test('refuses a name too long for the pods that the job can grow to', () => {
    const framework = pytorch({ elastic: { minReplicas: 1, maxReplicas: 101 } });
    expect(job({ framework }, 'a'.repeat(52)).synth).not.toThrow();
    expect(job({ framework }, 'a'.repeat(53)).synth).toThrow("shorten 'metadata.name' by 1");
  });

  test('refuses a name that is no host name', () => {
    expect(job({ framework: pytorch() }, 'Train').synth).toThrow("set 'metadata.name'");
  });

  test('checks the spec against the schema', () => {
    const { synth } = job({ framework: pytorch(), runPolicy: { backoffLimit: -1 } });
    expect(synth).toThrow('spec.runPolicy.backoffLimit');
  });

  test('refuses a mount that is not absolute', () => {
    expect(() => JobVolume.emptyDir('data')).toThrow("'path' must be absolute");
  });
});
