import { describe, expect, test } from '@jest/globals';
import {
  BATCH_JOB,
  CONFIG_MAP,
  MPI_JOB,
  MPI_JOB_V1,
  POD,
  ROLE_BINDING,
  SECRET,
  SERVICE_ACCOUNT,
} from '../../src/api/kinds.ts';
import { conditionOf, type Kind, type KubeObject } from '../../src/api/kube.ts';
import { KEYS_ANNOTATION } from '../../src/api/labels.ts';
import type { Loose } from '../support/api.ts';
import { eventually, settles, stays } from '../support/eventually.ts';
import { mpiJob, mpiReplicas } from '../support/mpi-job.ts';
import { usePlatform } from '../support/platform.ts';
import { environmentOf, JobUnderTest } from '../support/pytorch-job.ts';

const platform = usePlatform();
/** Kubernetes' own Job controller and the end of pods take seconds on a busy machine. */
const LONG = 60_000;

async function create(
  version: 'v1' | 'v2beta1',
  runPolicy: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): Promise<JobUnderTest> {
  const kind = version === 'v1' ? MPI_JOB_V1 : MPI_JOB;
  const namespace = await platform.namespace();
  const job = mpiJob(version, namespace, 2, runPolicy);
  await platform.api.create(kind, { ...job, spec: { ...(job.spec as object), ...more } } as KubeObject);
  return new JobUnderTest(platform.api, namespace, 'j', kind);
}

/** A child of the job, once it is there. */
const child = (job: JobUnderTest, kind: Kind, name: string): Promise<Loose & Record<string, unknown>> =>
  eventually(`${kind.kind} ${name}`, async () => {
    const found = await platform.api.get(kind, job.namespace, name);
    return found && (found as Loose & Record<string, unknown>);
  });

const readAs = async (kind: Kind, job: JobUnderTest): Promise<Loose | undefined> =>
  platform.api.get(kind, job.namespace, job.name);

describe('an MPIJob by exec', () => {
  test(
    '[training 26] its launcher follows the workers, with an account and a binding of its own; it goes when its time is over',
    async () => {
      const job = await create('v1', { ttlSecondsAfterFinished: 4 });
      const pods = await job.running(3);
      expect(pods.map(({ metadata }) => metadata.name)).toEqual(['j-launcher', 'j-worker-0', 'j-worker-1']);
      expect(pods[0]?.spec).toMatchObject({ serviceAccountName: 'j-launcher' });
      expect(await child(job, ROLE_BINDING, 'j-launcher')).toMatchObject({
        roleRef: { kind: 'ClusterRole', name: 'armature-mpi-launcher' },
        subjects: [{ kind: 'ServiceAccount', name: 'j-launcher', namespace: job.namespace }],
      });
      await child(job, SERVICE_ACCOUNT, 'j-launcher');

      await job.patch({ spec: { mpiReplicaSpecs: { Worker: { replicas: 1 } } } });
      await settles(async () =>
        expect(await child(job, CONFIG_MAP, 'j-config')).toMatchObject({ data: { hostfile: 'j-worker-0 slots=1\n' } }),
      );

      const [older, newer] = [await readAs(MPI_JOB_V1, job), await readAs(MPI_JOB, job)];
      expect(older?.spec).toEqual(newer?.spec);
      expect([older?.apiVersion, newer?.apiVersion, newer?.spec.transport]).toEqual([
        'kubeflow.org/v1',
        'kubeflow.org/v2beta1',
        'exec',
      ]);

      await job.exit('j-launcher', 0);
      expect(conditionOf(await job.condition('Succeeded'), 'Succeeded')?.message).toBe(
        'MPIJob j is successfully completed.',
      );
      await job.gone();
    },
    LONG,
  );

  test(
    '[training 33] a queue that knows the newer version only suspends it and lets it go',
    async () => {
      const job = await create('v1');
      await job.running(3);
      await platform.api.patch(MPI_JOB, job.namespace, job.name, { spec: { runPolicy: { suspend: true } } });
      await job.condition('Suspended');
      await settles(async () => expect(await job.podNames()).toEqual([]));
      await platform.api.patch(MPI_JOB, job.namespace, job.name, { spec: { runPolicy: { suspend: false } } });
      await job.running(3);
      expect((await readAs(MPI_JOB_V1, job))?.spec.transport).toBe('exec');
    },
    LONG,
  );
});

describe('an MPIJob over ssh', () => {
  test(
    '[training 24] [training 25] born suspended, placed and let go by a queue, suspended again, done with its launcher',
    async () => {
      const job = await create('v2beta1', { suspend: true });
      const config = await child(job, CONFIG_MAP, 'j-config');
      const keys = config.metadata.annotations?.[KEYS_ANNOTATION] ?? '';
      const secret = await child(job, SECRET, keys);
      expect(Object.keys(secret.data as object).sort()).toEqual(['ssh-privatekey', 'ssh-publickey']);
      expect((await child(job, BATCH_JOB, 'j-launcher')).spec.suspend).toBe(true);
      expect(await job.podNames()).toEqual([]);

      await job.patch({ spec: { runPolicy: { suspend: false }, mpiReplicaSpecs: mpiReplicas(2, { queue: 'a' }) } });
      await job.running(3);
      await job.condition('Running');
      expect((await child(job, BATCH_JOB, 'j-launcher')).spec.template.metadata.labels).toMatchObject({ queue: 'a' });
      await settles(async () =>
        expect(
          ((await child(job, CONFIG_MAP, 'j-config')).data as Record<string, string>)['discover_hosts.sh'],
        ).toContain('j-worker-1.j.'),
      );

      await job.suspend(true);
      await settles(async () => expect(await job.podNames()).toEqual([]));
      await job.suspend(false);
      const pods = await job.running(3);
      expect(await child(job, SECRET, keys)).toMatchObject({
        metadata: { uid: secret.metadata.uid },
        data: secret.data,
      });

      const launcher = pods.find(({ metadata }) => metadata.name?.startsWith('j-launcher-'));
      await job.exit(launcher?.metadata.name ?? '', 0);
      expect(conditionOf(await job.condition('Succeeded'), 'Succeeded')).toMatchObject({
        reason: 'MPIJobSucceeded',
        message: `MPIJob ${job.namespace}/j successfully completed.`,
      });
    },
    LONG,
  );

  test(
    '[training 24] the keys of a namesake that is gone serve nobody',
    async () => {
      const job = await create('v2beta1');
      const secret = async () =>
        child(job, SECRET, (await child(job, CONFIG_MAP, 'j-config')).metadata.annotations?.[KEYS_ANNOTATION] ?? '');
      const first = await secret();
      await platform.api.delete(MPI_JOB, job.namespace, 'j');
      await job.gone();
      await platform.api.create(MPI_JOB, mpiJob('v2beta1', job.namespace, 2));
      const patience = { timeoutMs: 60_000 };
      const drawnAnew = async () => {
        const keys = await secret();
        return keys.metadata.name !== first.metadata.name && keys;
      };
      const second = await eventually('keys of its own', drawnAnew, patience);
      await job.running(3, patience);
      expect(second.data).not.toEqual(first.data);
      await settles(async () =>
        expect(await platform.api.get(SECRET, job.namespace, first.metadata.name ?? '')).toBeUndefined(),
      );
    },
    2 * LONG,
  );

  test(
    '[training 25] a launcher that failed too often fails the job',
    async () => {
      const job = await create('v2beta1', { backoffLimit: 0, cleanPodPolicy: 'All' });
      const pods = await job.running(3);
      const launcher = pods.find(({ metadata }) => metadata.name?.startsWith('j-launcher-'))?.metadata.name ?? '';
      await job.exit(launcher, 3);
      const failed = conditionOf(await job.condition('Failed'), 'Failed');
      expect(failed?.reason).toBe('BackoffLimitExceeded/Error');
      expect(failed?.message).toContain(`the last launcher, pod ${launcher}, failed with exit code 3`);
      expect((await job.read()).status.replicaStatuses.Launcher.failed).toBe(1);
      await settles(async () => expect((await job.podNames()).filter((name) => name.includes('-worker-'))).toEqual([]));
    },
    LONG,
  );

  test(
    'with restartScope Job launcher and workers are begun anew together, and each pod is told the attempt',
    async () => {
      const job = await create('v2beta1', { restartScope: 'Job', backoffLimit: 1 });
      const before = await job.running(3);
      const launcherOf = (pods: readonly Loose[]) =>
        pods.find(({ metadata }) => metadata.name?.startsWith('j-launcher-'))?.metadata.name ?? '';
      await job.condition('Running');
      await job.exit(launcherOf(before), 3);
      const after = await eventually('three pods of the second attempt', async () => {
        const pods = await job.running(3);
        return pods.every((pod) => environmentOf(pod).ARMATURE_ATTEMPT === '2') && pods;
      });
      expect(after.filter(({ metadata }) => before.some((old) => old.metadata.uid === metadata.uid))).toEqual([]);
      const { status } = await job.condition('Running');
      expect(status.attempt).toEqual({ number: 2, failures: 1 });
      expect(status.lastFailures).toMatchObject([
        { attempt: 1, pod: 'j-launcher', rank: 0, exitCode: 3, counted: true },
      ]);

      // A worker that somebody takes away takes the launcher along, at no cost.
      await platform.api.delete(POD, job.namespace, 'j-worker-1');
      const last = await eventually('three pods of the third attempt', async () => {
        const pods = await job.running(3);
        return pods.every((pod) => environmentOf(pod).ARMATURE_ATTEMPT === '3') && pods;
      });
      expect((await job.read()).status.attempt).toEqual({ number: 3, failures: 1 });
      await job.exit(launcherOf(last), 3);
      const failed = conditionOf(await job.condition('Failed'), 'Failed');
      expect(failed?.message).toContain('it has reached the specified backoff limit');
    },
    2 * LONG,
  );

  test(
    '[training 25] WaitForWorkersReady: no launcher before all workers are ready',
    async () => {
      const gate = { schedulingGates: [{ name: 'example.com/wait' }] };
      const job = await create(
        'v2beta1',
        {},
        { launcherCreationPolicy: 'WaitForWorkersReady', mpiReplicaSpecs: mpiReplicas(2, {}, { Worker: gate }) },
      );
      const letGo = (name: string) => platform.api.patch(POD, job.namespace, name, { spec: { schedulingGates: null } });
      await settles(async () => expect(await job.podNames()).toEqual(['j-worker-0', 'j-worker-1']));
      await letGo('j-worker-0');
      await settles(async () => expect((await job.pod('j-worker-0')).status.phase).toBe('Running'));
      await stays('no launcher', async () => !(await platform.api.get(BATCH_JOB, job.namespace, 'j-launcher')), 1500);
      await letGo('j-worker-1');
      await job.running(3);
    },
    LONG,
  );

  test(
    '[training 25] runLauncherAsWorker: the launcher is the first of them',
    async () => {
      const job = await create('v2beta1', {}, { runLauncherAsWorker: true });
      const pods = await job.running(3);
      const index = (pod: Loose) => pod.metadata.labels?.['training.kubeflow.org/replica-index'];
      expect(pods.map(index)).toEqual(['0', '1', '2']);
      const { data } = await child(job, CONFIG_MAP, 'j-config');
      expect((data as Record<string, string>).hostfile?.split('\n')).toEqual([
        `j-launcher.j.${job.namespace}.svc slots=1`,
        `j-worker-0.j.${job.namespace}.svc slots=1`,
        `j-worker-1.j.${job.namespace}.svc slots=1`,
        '',
      ]);
    },
    LONG,
  );
});
