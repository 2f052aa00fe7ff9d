import { describe, expect, test } from '@jest/globals';
import { JOB, JOB_SET, PERSISTENT_VOLUME_CLAIM, POD, SERVICE, TRAINING_RUNTIME } from '../../src/api/kinds.ts';
import { conditionOf, type Kind, type KubeObject } from '../../src/api/kube.ts';
import { RESTART_ATTEMPT_LABEL } from '../../src/api/labels.ts';
import type { Loose } from '../support/api.ts';
import { eventually, settles, stays } from '../support/eventually.ts';
import { endPodsOf, UNTIL_TOLD } from '../support/job-pods.ts';
import { usePlatform } from '../support/platform.ts';
import { environmentOf } from '../support/pytorch-job.ts';
import { shippedRuntime, TrainJobUnderTest, trainJobOf } from '../support/train-job.ts';

const platform = usePlatform();
const LONG = 90_000;
const PERSISTENT_VOLUME: Kind = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  namespaced: false,
};

/** TrainJobs of the runtimes that come along, run by Kubernetes' own Jobs; only the ends of pods are played. */
class Run {
  readonly job: TrainJobUnderTest;

  constructor(job: TrainJobUnderTest) {
    this.job = job;
  }

  static async of(name: string, spec: object, change: (runtime: Loose) => void = () => {}): Promise<Run> {
    const namespace = await platform.namespace();
    const runtime = shippedRuntime(name, UNTIL_TOLD, namespace);
    change(runtime);
    await platform.api.create(TRAINING_RUNTIME, runtime);
    const runtimeRef = { name, kind: 'TrainingRuntime' };
    return new Run(await TrainJobUnderTest.create(platform.api, trainJobOf(namespace, 'j', { runtimeRef, ...spec })));
  }

  get namespace(): string {
    return this.job.namespace;
  }

  async jobs(): Promise<string[]> {
    const found = await platform.api.list(JOB, this.namespace);
    return found.map(({ metadata }) => metadata.name ?? '').sort();
  }

  /** Pods that run and are not being deleted, once there are so many. */
  async running(count: number): Promise<readonly Loose[]> {
    return eventually(`${count} pods to run`, async () => {
      const found = await platform.api.list(POD, this.namespace);
      const alive = found.filter(({ metadata, status }) => !metadata.deletionTimestamp && status?.phase === 'Running');
      return alive.length === count && alive;
    });
  }

  async has(jobs: readonly string[]): Promise<void> {
    await settles(async () => expect(await this.jobs()).toEqual(jobs));
    await stays('no other Job', async () => (await this.jobs()).length === jobs.length, 1000);
  }

  exit(job: string, code: number): Promise<void> {
    return endPodsOf(platform.api, this.namespace, job, code);
  }

  /** Nothing comes back. */
  async staysWithoutJobSet(): Promise<void> {
    const gone = async () => (await this.job.findJobSet()) === undefined;
    await eventually('no JobSet', gone);
    await stays('a TrainJob without its JobSet', gone, 1500);
    await settles(async () => expect(await this.jobs()).toEqual([]));
  }
}

/** A volume for this claim alone, there before the claim is. */
async function volumeFor(namespace: string, name: string): Promise<() => Promise<void>> {
  const volume = `${namespace}-${name}`;
  await platform.api.create(PERSISTENT_VOLUME, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volume },
    spec: {
      capacity: { storage: '20Gi' },
      accessModes: ['ReadWriteOnce'],
      claimRef: { namespace, name },
      hostPath: { path: `/tmp/${volume}` },
    },
  } as KubeObject);
  return () => platform.api.delete(PERSISTENT_VOLUME, undefined, volume);
}

describe('a TrainJob of a runtime that comes along', () => {
  test(
    '[training 27] torch-distributed: three pods of one Indexed Job behind the Service that resolves them, then Complete',
    async () => {
      const run = await Run.of('torch-distributed', { trainer: { numNodes: 3 } });
      const pods = await run.running(3);
      const { spec } = (await platform.api.get(JOB, run.namespace, 'j-node-0')) as Loose;
      expect(spec).toMatchObject({ parallelism: 3, completions: 3, completionMode: 'Indexed' });
      const service = await platform.api.get(SERVICE, run.namespace, 'j');
      expect(service?.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
      expect(pods.map((pod) => `${pod.spec.hostname}.${pod.spec.subdomain}`).sort()).toEqual([
        'j-node-0-0.j',
        'j-node-0-1.j',
        'j-node-0-2.j',
      ]);
      for (const pod of pods) {
        expect(pod.metadata.labels).toMatchObject(service?.spec.selector);
        expect(environmentOf(pod)).toMatchObject({ PET_NNODES: '3', PET_MASTER_ADDR: 'j-node-0-0.j' });
      }
      await run.exit('j-node-0', 0);
      const done = await run.job.condition('Complete');
      expect(conditionOf(done, 'Complete')).toMatchObject({
        reason: 'AllJobsCompleted',
        message: 'jobset completed successfully',
      });
      await settles(async () =>
        expect((await run.job.get())?.status.jobsStatus).toMatchObject([{ name: 'node', succeeded: 1, failed: 0 }]),
      );
    },
    LONG,
  );

  test(
    '[training 29] torchtune: data and model are fetched onto one volume first, and only then the node starts',
    async () => {
      const secretRef = { name: 'token' };
      const dataset = { storageUri: 'hf://me/data', env: [{ name: 'REGION', value: 'eu' }], secretRef };
      const model = { storageUri: 's3://me/model', secretRef };
      const run = await Run.of('torchtune-qwen2.5-1.5b', { suspend: true, initializer: { dataset, model } });
      const removeVolume = await volumeFor(run.namespace, 'initializer-j');
      try {
        await run.job.edit({ suspend: false });
        const fetchers = ['j-dataset-initializer-0', 'j-model-initializer-0'];
        const pods = await run.running(2);
        await run.has(fetchers);
        const byJob = new Map(pods.map((pod) => [pod.metadata.labels?.['batch.kubernetes.io/job-name'], pod]));
        expect(environmentOf(byJob.get('j-dataset-initializer-0')!)).toMatchObject({
          STORAGE_URI: 'hf://me/data',
          REGION: 'eu',
        });
        expect(environmentOf(byJob.get('j-model-initializer-0')!)).toMatchObject({ STORAGE_URI: 's3://me/model' });
        for (const pod of pods) expect(pod.spec.containers[0].envFrom).toEqual([{ secretRef }]);

        await run.exit('j-dataset-initializer-0', 0);
        await settles(async () =>
          expect((await platform.api.get(JOB, run.namespace, 'j-dataset-initializer-0'))?.status.succeeded).toBe(1),
        );
        await run.has(fetchers);
        await run.exit('j-model-initializer-0', 0);
        const [node] = await run.running(1);
        expect(node?.spec.hostname).toBe('j-node-0-0');
        await run.has([...fetchers, 'j-node-0']);

        const claims = await platform.api.list(PERSISTENT_VOLUME_CLAIM, run.namespace);
        expect(claims.map(({ metadata }) => metadata.name)).toEqual(['initializer-j']);
        const volume = { name: 'initializer', persistentVolumeClaim: { claimName: 'initializer-j' } };
        for (const pod of [...pods, node!]) {
          expect(pod.spec.volumes).toContainEqual(volume);
          expect(pod.spec.containers[0].volumeMounts).toContainEqual({ name: 'initializer', mountPath: '/workspace' });
        }
        await run.exit('j-node-0', 0);
        await run.job.condition('Complete');
      } finally {
        await removeVolume();
      }
    },
    LONG,
  );

  test(
    '[training 30] deepspeed-distributed: the launcher starts when the nodes are ready, and its end is the job’s',
    async () => {
      const gate = { schedulingGates: [{ name: 'example.com/wait' }] };
      const run = await Run.of('deepspeed-distributed', { trainer: { numNodes: 3 } }, (runtime) => {
        Object.assign(runtime.spec.template.spec.replicatedJobs[0].template.spec.template.spec, gate);
      });
      const waiting = await eventually('the pods of the nodes', async () => {
        const found = await platform.api.list(POD, run.namespace);
        return found.length === 2 && found;
      });
      await run.has(['j-node-0']);
      const letGo = (pod: Loose | undefined) =>
        platform.api.patch(POD, run.namespace, pod?.metadata.name ?? '', { spec: { schedulingGates: null } });
      await letGo(waiting[0]);
      await run.running(1);
      await run.has(['j-node-0']);
      await letGo(waiting[1]);
      await run.running(3);
      await run.has(['j-launcher-0', 'j-node-0']);

      await run.exit('j-launcher-0', 0);
      const done = await run.job.condition('Complete');
      expect(conditionOf(done, 'Complete')?.reason).toBe('AllJobsCompleted');
      // The servers on the nodes run for ever by themselves.
      await settles(async () => expect(await run.jobs()).toEqual(['j-launcher-0']));
    },
    LONG,
  );

  test(
    '[training 31] maxRestarts 1: one restart, then Failed for good; the JobSet may go, and nothing comes back',
    async () => {
      const run = await Run.of('torch-distributed', { trainer: { numNodes: 2 } }, (runtime) => {
        runtime.spec.template.spec.failurePolicy = { maxRestarts: 1 };
        runtime.spec.template.spec.replicatedJobs[0].template.spec.backoffLimit = 0;
      });
      const attempts = (pods: readonly Loose[]) => pods.map(({ metadata }) => metadata.labels?.[RESTART_ATTEMPT_LABEL]);
      const before = await run.running(2);
      expect(attempts(before)).toEqual(['0', '0']);
      await run.exit('j-node-0', 1);
      const after = await eventually('the pods of the second attempt', async () => {
        const found = await run.running(2);
        return attempts(found).every((attempt) => attempt === '1') && found;
      });
      expect(after.some(({ metadata }) => before.some((old) => old.metadata.uid === metadata.uid))).toBe(false);
      expect((await run.job.get())?.status?.conditions ?? []).toEqual([]);

      await run.exit('j-node-0', 1);
      const failed = await run.job.condition('Failed');
      expect(conditionOf(failed, 'Failed')).toMatchObject({
        reason: 'ReachedMaxRestarts',
        message: 'jobset failed due to reaching max number of restarts (first failed job: j-node-0)',
      });
      await platform.api.delete(JOB_SET, run.namespace, 'j');
      await run.staysWithoutJobSet();
      expect((await run.job.get())?.status.conditions).toEqual(failed.status.conditions);
    },
    LONG,
  );

  test.each([
    ['Complete', 0],
    ['Failed', 1],
  ])(
    '[training 31] %s: its JobSet’s time to live runs out at once, and nothing comes back',
    async (end, code) => {
      const run = await Run.of('torch-distributed', {}, (runtime) => {
        runtime.spec.template.spec.ttlSecondsAfterFinished = 0;
        runtime.spec.template.spec.replicatedJobs[0].template.spec.backoffLimit = 0;
      });
      await run.running(1);
      await run.exit('j-node-0', code);
      await run.job.condition(end);
      await run.staysWithoutJobSet();
      expect(conditionOf((await run.job.get()) as Loose, end)?.status).toBe('True');
    },
    LONG,
  );
});
