import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from '@jest/globals';
import { CLUSTER_TRAINING_RUNTIME, JOB, PERSISTENT_VOLUME_CLAIM } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import type { Loose } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { initializedRuntime } from '../support/initialized-runtime.ts';
import { useRealPlatform } from '../support/real-platform.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { installedRuntime, trainJobOf } from '../support/train-job.ts';
import { UserCommand } from '../support/user-command.ts';

const MINUTES = 60_000;
const { platform, live, possible, image } = useRealPlatform({ images: ['--training', '--mpi'] });
const folder = temporaryFolder('train-job');

beforeAll(async () => {
  if (possible) await platform.api.apply(CLUSTER_TRAINING_RUNTIME, installedRuntime('torch-distributed'));
}, MINUTES);

function train(...args: string[]): UserCommand {
  const words = args.map((arg) => `'${arg}'`).join(' ');
  return new UserCommand(`node --no-warnings src/cli/main.ts train ${words}`, {
    KUBECONFIG: platform.cluster.kubeconfig,
  });
}

/** Resolves to what it printed, once it ended well. */
async function said(...args: string[]): Promise<string> {
  const command = train(...args);
  if ((await command.ended) !== 0) throw new Error(`armature train ${args.join(' ')}: ${command.said}`);
  return command.stdout;
}

function save(name: string, ...objects: readonly object[]): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  return file;
}

/** Trains digits with torchrun on two nodes; the script comes in a ConfigMap, by a patch of the shipped runtime. */
function digits(namespace: string): readonly object[] {
  const mount = { name: 'script', mountPath: '/script' };
  const pod = {
    volumes: [{ name: 'script', configMap: { name: 'script' } }],
    containers: [{ name: 'node', volumeMounts: [mount] }],
  };
  const replicatedJobs = [{ name: 'node', template: { spec: { template: { spec: pod } } } }];
  const spec = {
    runtimeRef: { name: 'torch-distributed' },
    trainer: {
      numNodes: 2,
      image: image('torch'),
      command: ['torchrun', '/script/digits.py'],
      env: [
        { name: 'EPOCHS', value: '14' },
        { name: 'PAUSE_SECONDS', value: '0.35' },
      ],
    },
    runtimePatches: [
      { manager: 'example.com/script', trainingRuntimeSpec: { template: { spec: { replicatedJobs } } } },
    ],
  };
  const data = { 'digits.py': readFileSync('images/training-torch/digits.py', 'utf8') };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'script', namespace }, data },
    trainJobOf(namespace, 'digits', spec),
  ];
}

/** The runtime that comes along for DeepSpeed, with an image that is there, and its ssh server's own settings. */
function overSsh(namespace: string): object {
  const { spec } = structuredClone(installedRuntime('deepspeed-distributed')) as Loose;
  for (const { name, template } of spec.template.spec.replicatedJobs) {
    const [container] = template.spec.template.spec.containers;
    Object.assign(container, { image: image('mpi'), ...(name === 'node' && { args: ['-De'] }) });
  }
  return { ...trainJobOf(namespace, 'over-ssh', spec), kind: 'TrainingRuntime' };
}

describe('a TrainJob on a real kubelet', () => {
  live(
    '[training 27] torchrun trains on two nodes; armature train submits, follows, lists, stops and resumes it',
    async () => {
      const namespace = await platform.namespace();
      const here = ['-n', namespace];
      const following = train('submit', save('digits', ...digits(namespace)), '--follow', ...here);
      await following.says(/\[0 node-0\] epoch=1 /);
      const reading = train('logs', '-f', 'digits', '--rank', '1', ...here);
      await reading.says(/^rank=1 world=2 samples=/m);
      const [listed, got] = await Promise.all([said('list', ...here), said('get', 'digits', ...here)]);
      expect(listed).toMatch(/digits +TrainJob +Running +2\/2/);
      expect(got).toMatch(/node 2 \(2 running\)(.|\n)*1 node-1 Running/);

      expect(await said('stop', 'digits', ...here)).toContain(`armature train resume trainjob/digits -n ${namespace}`);
      await following.says(/· Suspended: /);
      await said('wait', 'digits', '--for', 'suspended', '--timeout', '1m', ...here);
      expect(await said('resume', 'trainjob/digits', ...here)).toBeDefined();
      await following.says(/Suspended \(no more\)(.|\n)*\[0 node-0\] epoch=1 /);

      expect([await following.ended, await reading.ended]).toEqual([0, 0]);
      expect(following.stderr).toContain('trainjob/digits has succeeded');
      expect(Number(/\[0 node-0\] accuracy=(\S+)/.exec(following.stdout)?.[1])).toBeGreaterThan(0.9);
      expect(following.stdout).toMatch(/\[1 node-1\] rank=1 world=2 /);
      expect(reading.stdout.match(/^rank=1 world=2 /gm)).toHaveLength(2);
      expect(await said('logs', 'digits', '--tail', '1', ...here)).toMatch(/^accuracy=0\.9\d+\n$/);
      expect(await said('events', 'digits', ...here)).toContain('AllJobsCompleted');
      await said('delete', 'digits', ...here);
      expect(await said('list', ...here)).not.toContain('TrainJob');
    },
    6 * MINUTES,
  );

  live(
    '[training 29] data and model are fetched first, onto a claim that the node reads them from',
    async () => {
      const namespace = await platform.namespace();
      const { api } = platform;
      const job = trainJobOf(namespace, 'tuned', {
        runtimeRef: { name: 'fetching', kind: 'TrainingRuntime' },
        initializer: {
          dataset: { storageUri: 'hf://digits/raw', secretRef: { name: 'hub' } },
          model: { storageUri: 's3://models/small', env: [{ name: 'REGION', value: 'north' }] },
        },
      });
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hub', namespace } };
      const file = save(
        'tuned',
        { ...secret, stringData: { ACCESS_TOKEN: 'open-sesame' } },
        initializedRuntime('fetching', namespace, image('torch')),
        job,
      );
      const following = train('submit', file, '--follow', '-n', namespace);
      expect([await following.ended, following.stderr]).toEqual([0, expect.stringContaining('has succeeded')]);
      expect(following.stdout).toMatch(/node-0\] dataset of hf:\/\/digits\/raw by open-sesame$/m);
      expect(following.stdout).toMatch(/node-0\] model of s3:\/\/models\/small in north$/m);

      const jobs = await api.list(JOB, namespace);
      const [node, ...fetched] = ['node', 'dataset-initializer', 'model-initializer'].map(
        (step) => jobs.find(({ metadata }) => metadata.name === `tuned-${step}-0`) as Loose,
      );
      const began = Date.parse(node?.metadata.creationTimestamp ?? '');
      for (const { status } of fetched) expect(began).toBeGreaterThanOrEqual(Date.parse(status.completionTime));
      const claim = (): Promise<KubeObject | undefined> =>
        api.get(PERSISTENT_VOLUME_CLAIM, namespace, 'initializer-tuned');
      expect((await claim())?.status).toMatchObject({ phase: 'Bound' });
      await said('delete', 'tuned', '-n', namespace);
      await eventually('the claim to be gone', async () => (await claim()) === undefined, { timeoutMs: MINUTES });
    },
    6 * MINUTES,
  );

  live(
    '[training 30] OpenMPI reaches its nodes over ssh: the launcher is one of them, and its end is the job’s',
    async () => {
      const namespace = await platform.namespace();
      const command = ['mpirun', '-n', '4', '--bind-to', 'none', 'python3', '/examples/pi.py'];
      const job = trainJobOf(namespace, 'pi', {
        runtimeRef: { name: 'over-ssh', kind: 'TrainingRuntime' },
        trainer: { numNodes: 2, numProcPerNode: 2, command },
      });
      const following = train('submit', save('pi', overSsh(namespace), job), '--follow', '-n', namespace);
      expect([await following.ended, following.stderr]).toEqual([0, expect.stringContaining('has succeeded')]);
      expect(following.stdout).toMatch(/\[0 launcher-0\] processes=4 hosts=pi-launcher-0-0,pi-node-0-0$/m);
      expect(following.stdout).toMatch(/\[0 launcher-0\] pi=3\.14159265/);
      await eventually(
        'the node to be gone',
        async () =>
          (await platform.api.list(JOB, namespace)).every(({ metadata }) => metadata.name === 'pi-launcher-0'),
        { timeoutMs: MINUTES },
      );
    },
    6 * MINUTES,
  );
});
