import { describe, expect, test } from '@jest/globals';
import {
  CLUSTER_TRAINING_RUNTIME,
  CONFIG_MAP,
  EVENT,
  SECRET,
  TRAIN_JOB,
  TRAINING_RUNTIME,
} from '../../src/api/kinds.ts';
import { conditionOf } from '../../src/api/kube.ts';
import { type Loose, pathOf } from '../support/api.ts';
import { eventually, stays } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { environmentOf } from '../support/pytorch-job.ts';
import { runtimeOf, TrainJobUnderTest, trainJobOf } from '../support/train-job.ts';

const platform = usePlatform();

/** Nobody but the test says how such a JobSet fares. */
const BY_HAND = { managedBy: 'example.com/by-hand' };
const NOBODY = { active: 0, failed: 0, ready: 0, succeeded: 0, suspended: 0 };

/** A job of a namespaced runtime whose JobSet the test plays. */
async function create(spec: object = {}, template: object = BY_HAND): Promise<TrainJobUnderTest> {
  const namespace = await platform.namespace();
  await platform.api.create(TRAINING_RUNTIME, runtimeOf('mine', { ...template }, namespace));
  const runtimeRef = { name: 'mine', kind: 'TrainingRuntime' };
  return TrainJobUnderTest.create(platform.api, trainJobOf(namespace, 'j', { runtimeRef, ...spec }));
}

async function refused(job: TrainJobUnderTest, spec: object): Promise<string> {
  const path = pathOf(TRAIN_JOB, job.namespace, job.name);
  const { code, text } = await platform.api.raw('PATCH', path, { spec }, 'application/merge-patch+json');
  expect({ code, text: text.slice(0, 300) }).toMatchObject({ code: 422 });
  return (JSON.parse(text) as { message: string }).message;
}

const ended = (type: string, reason: string, counts: object) => ({
  conditions: [
    { type, status: 'True', reason, message: `told by ${reason}`, lastTransitionTime: '2026-01-01T00:00:00Z' },
  ],
  replicatedJobsStatus: [{ name: 'node', ...NOBODY, ...counts }],
});
const podOf = (jobSet: Loose) => jobSet.spec.replicatedJobs[0].template.spec.template;
const selecting = (nodeSelector: object) => ({
  manager: 'example.com/queue',
  trainingRuntimeSpec: {
    template: {
      spec: { replicatedJobs: [{ name: 'node', template: { spec: { template: { spec: { nodeSelector } } } } }] },
    },
  },
});

describe('a TrainJob', () => {
  test('[training 27] becomes a JobSet whose pods know one another, and a copy of its runtime', async () => {
    const job = await create({ trainer: { numNodes: 3, command: ['python3', 'train.py'] } });
    const jobSet = await job.jobSet();
    expect(jobSet.metadata.ownerReferences).toMatchObject([{ kind: 'TrainJob', name: 'j', controller: true }]);
    expect(jobSet.spec.replicatedJobs[0].template.spec).toMatchObject({ parallelism: 3, completions: 3 });
    expect(environmentOf(podOf(jobSet))).toMatchObject({
      PET_NNODES: '3',
      PET_NPROC_PER_NODE: '1',
      PET_MASTER_ADDR: 'j-node-0-0.j',
      PET_MASTER_PORT: '29500',
    });
    const { data } = await job.snapshot();
    expect(JSON.parse(data?.runtime ?? '')).toMatchObject({ kind: 'TrainingRuntime', metadata: { name: 'mine' } });
    await job.report({ replicatedJobsStatus: [{ name: 'node', ...NOBODY, active: 1 }] });
    await eventually('the counts', async () => (await job.get())?.status?.jobsStatus?.[0]?.active === 1);
    await job.report(ended('Completed', 'AllJobsCompleted', { succeeded: 1 }));
    const done = await job.condition('Complete');
    expect(conditionOf(done, 'Complete')).toMatchObject({
      reason: 'AllJobsCompleted',
      message: 'told by AllJobsCompleted',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
    expect(done.status.jobsStatus).toEqual([{ name: 'node', ...NOBODY, succeeded: 1 }]);
    const labels = { job_namespace: job.namespace, outcome: 'complete' };
    expect(await platform.counter('trainer_trainjobs_finished_total', labels)).toBe(1);
  });

  test('[training 28] patches change while it is suspended and not otherwise; a runtime that goes changes nothing', async () => {
    const job = await create({ suspend: true });
    await job.condition('Suspended');
    await job.jobSet(({ spec }) => spec.suspend === true);
    await job.snapshot();
    await platform.api.delete(TRAINING_RUNTIME, job.namespace, 'mine');
    await job.edit({ suspend: false, runtimePatches: [selecting({ disk: 'ssd' })] });
    const running = await job.jobSet(({ spec }) => spec.suspend === false);
    expect(podOf(running).spec.nodeSelector).toEqual({ disk: 'ssd' });
    const resumed = await job.condition('Suspended', 'False');
    expect(conditionOf(resumed, 'Suspended')).toMatchObject({ reason: 'Resumed', message: 'TrainJob is resumed' });
    expect(await refused(job, { runtimePatches: [] })).toContain('can only be modified when the TrainJob is suspended');
    expect(await refused(job, { trainer: { numNodes: 9 } })).toContain('spec.trainer');
    await job.edit({ suspend: true });
    await job.jobSet(({ spec }) => spec.suspend === true);
    await job.edit({ runtimePatches: [{ manager: 'example.com/queue' }] });
    await job.jobSet((jobSet) => podOf(jobSet).spec.nodeSelector === undefined);
  });

  test('[training 30] over MPI: hosts and keys come before the JobSet, and the launcher is one of the hosts', async () => {
    const node = { template: { spec: { template: { spec: { containers: [{ name: 'node', image: 'train:1' }] } } } } };
    const launcher = {
      template: {
        ...node.template,
        metadata: { labels: { 'trainer.kubeflow.org/trainjob-ancestor-step': 'trainer' } },
      },
    };
    const job = await create(
      { trainer: { numNodes: 2 } },
      {
        ...BY_HAND,
        mlPolicy: { mpi: { runLauncherAsNode: true } },
        replicatedJobs: [
          { name: 'node', ...node },
          { name: 'launcher', ...launcher },
        ],
      },
    );
    const { uid } = (await job.get())!.metadata;
    await job.jobSet();
    const keys = (await platform.api.get(SECRET, job.namespace, `j-mpi-ssh-auth-${uid?.slice(0, 8)}`)) as unknown as {
      readonly type: string;
      readonly immutable: boolean;
      readonly data: Readonly<Record<string, string>>;
    };
    expect(keys).toMatchObject({ type: 'kubernetes.io/ssh-auth', immutable: true });
    expect(Object.keys(keys.data).sort()).toEqual(['ssh-privatekey', 'ssh-publickey']);
    const hosts = (await eventually('the hosts', () =>
      platform.api.get(CONFIG_MAP, job.namespace, 'j-mpi-hostfile'),
    )) as unknown as { readonly data: Readonly<Record<string, string>> };
    expect(hosts.data.hostfile).toBe('j-node-0-0.j slots=1\nj-launcher-0-0.j slots=1\n');
    await job.edit({ suspend: true });
    await job.jobSet(({ spec }) => spec.suspend === true);
    await job.edit({ suspend: false });
    await job.jobSet(({ spec }) => spec.suspend === false);
    const secrets = await platform.api.list(SECRET, job.namespace);
    expect(secrets.map(({ metadata }) => metadata.name)).toEqual([`j-mpi-ssh-auth-${uid?.slice(0, 8)}`]);
  });

  test('over Flux: scripts and a pair of keys of its own come before the JobSet, and stay when it resumes', async () => {
    const trainer = { numNodes: 2, command: ['python3', 'train.py'] };
    const job = await create({ trainer }, { ...BY_HAND, mlPolicy: { flux: { numProcPerNode: 4 } } });
    const jobSet = await job.jobSet();
    const { initContainers, containers, volumes } = podOf(jobSet).spec;
    expect(initContainers).toMatchObject([
      { name: 'flux-installer', command: ['/bin/bash', '/etc/flux-config/init.sh'] },
    ]);
    expect(containers[0].command).toEqual(['/bin/bash', '/etc/flux-config/entrypoint.sh', 'python3', 'train.py']);
    const named = volumes.find(({ name }: { name: string }) => name === 'flux-curve').secret.secretName;
    const curve = () => platform.api.get(SECRET, job.namespace, named) as Promise<Loose | undefined>;
    const data = ((await curve()) as { readonly data?: Record<string, string> } | undefined)?.data;
    const drawn = Buffer.from(data?.['curve.cert'] ?? '', 'base64').toString();
    expect(drawn).toMatch(/^ {4}public-key = "\S{40}"\n {4}secret-key = "\S{40}"$/m);
    const scripts = (await platform.api.get(CONFIG_MAP, job.namespace, 'j-flux-entrypoint')) as unknown as {
      readonly data: Record<string, string>;
    };
    expect(scripts.data['entrypoint.sh']).toContain('flux run -N 2 -n 8 "$@"');
    const { uid } = (await curve())!.metadata;
    await job.edit({ suspend: true });
    await job.jobSet(({ spec }) => spec.suspend === true);
    await job.edit({ suspend: false });
    await job.jobSet(({ spec }) => spec.suspend === false);
    expect((await curve())?.metadata.uid).toBe(uid);
  });

  test('[training 31] failed stays failed when its JobSet goes', async () => {
    const job = await create();
    await job.jobSet();
    await job.report(ended('Failed', 'ReachedMaxRestarts', { failed: 1 }));
    await job.condition('Failed');
    await platform.api.raw('DELETE', `/apis/jobset.x-k8s.io/v1alpha2/namespaces/${job.namespace}/jobsets/j`);
    await stays('a failed TrainJob without a JobSet', async () => (await job.findJobSet()) === undefined, 700);
    expect(conditionOf((await job.get())!, 'Failed')?.reason).toBe('ReachedMaxRestarts');
  });

  test('[training 31] a deadline ends it and takes its JobSet away', async () => {
    const job = await create({ activeDeadlineSeconds: 2 });
    await job.jobSet();
    const done = await job.condition('Failed');
    expect(conditionOf(done, 'Failed')).toMatchObject({
      reason: 'DeadlineExceeded',
      message: 'TrainJob exceeded its active deadline',
    });
    await eventually('no JobSet', async () => (await job.findJobSet()) === undefined);
  });

  test('[training 34] clients find its events beside it', async () => {
    const job = await create({ suspend: true });
    await job.condition('Suspended');
    const events = await eventually('an event', async () => {
      const found = await platform.api.list(EVENT, job.namespace);
      return found.length > 0 ? found : undefined;
    });
    expect(events[0]).toMatchObject({ reason: 'Suspended', regarding: { kind: 'TrainJob', name: 'j' } });
  });

  test('waits for a cluster runtime that comes later', async () => {
    const namespace = await platform.namespace();
    const name = `late-${namespace}`;
    const job = await TrainJobUnderTest.create(platform.api, trainJobOf(namespace, 'j', { runtimeRef: { name } }));
    const waiting = await job.condition('Pending');
    expect(conditionOf(waiting, 'Pending')).toMatchObject({
      reason: 'TrainingRuntimeNotFound',
      message: `ClusterTrainingRuntime ${name} does not exist: create it, and the TrainJob will start`,
    });
    await platform.api.create(CLUSTER_TRAINING_RUNTIME, runtimeOf(name, BY_HAND));
    await job.jobSet();
    await eventually('no condition', async () => ((await job.get())?.status?.conditions ?? []).length === 0);
    await platform.api.delete(CLUSTER_TRAINING_RUNTIME, undefined, name);
  });
});
