import { describe, expect, test } from '@jest/globals';
import {
  BATCH_JOB,
  CONFIG_MAP,
  MPI_JOB,
  MPI_JOB_V1,
  ROLE,
  ROLE_BINDING,
  SECRET,
  SERVICE_ACCOUNT,
} from '../../src/api/kinds.ts';
import { conditionOf, type Kind } from '../../src/api/kube.ts';
import type { Loose } from '../support/api.ts';
import { eventually, settles } from '../support/eventually.ts';
import { mpiJob, mpiReplicas } from '../support/mpi-job.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest } from '../support/pytorch-job.ts';

const platform = usePlatform();

async function create(version: 'v1' | 'v2beta1', runPolicy: Record<string, unknown> = {}): Promise<JobUnderTest> {
  const kind = version === 'v1' ? MPI_JOB_V1 : MPI_JOB;
  const namespace = await platform.namespace();
  await platform.api.create(kind, mpiJob(version, namespace, 2, runPolicy));
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
  test('[training 26] its launcher follows the workers and may do nothing but exec into them', async () => {
    const job = await create('v1');
    const pods = await job.running(3);
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(['j-launcher', 'j-worker-0', 'j-worker-1']);
    expect(pods[0]?.spec).toMatchObject({ serviceAccountName: 'j-launcher' });
    const names = (role: Record<string, unknown>) => (role.rules as { resourceNames: string[] }[])[0]?.resourceNames;
    expect(names(await child(job, ROLE, 'j-launcher'))).toEqual(['j-worker-0', 'j-worker-1']);
    await child(job, ROLE_BINDING, 'j-launcher');
    await child(job, SERVICE_ACCOUNT, 'j-launcher');

    await job.patch({ spec: { mpiReplicaSpecs: { Worker: { replicas: 1 } } } });
    await settles(async () => expect(names(await child(job, ROLE, 'j-launcher'))).toEqual(['j-worker-0']));
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
  });

  test('[training 33] a queue that knows the newer version only suspends it and lets it go', async () => {
    const job = await create('v1');
    await job.running(3);
    await platform.api.patch(MPI_JOB, job.namespace, job.name, { spec: { runPolicy: { suspend: true } } });
    await job.condition('Suspended');
    await settles(async () => {
      for (const kind of [ROLE, ROLE_BINDING]) expect(await platform.api.list(kind, job.namespace)).toEqual([]);
      expect(await platform.api.get(SERVICE_ACCOUNT, job.namespace, 'j-launcher')).toBeUndefined();
      expect(await platform.api.get(CONFIG_MAP, job.namespace, 'j-config')).toBeUndefined();
      expect(await job.podNames()).toEqual([]);
    });
    await platform.api.patch(MPI_JOB, job.namespace, job.name, { spec: { runPolicy: { suspend: false } } });
    await job.running(3);
    expect((await readAs(MPI_JOB_V1, job))?.spec.transport).toBe('exec');
  });
});

describe('an MPIJob over ssh', () => {
  test('[training 24] [training 25] born suspended, placed and let go by a queue, suspended again, done with its launcher', async () => {
    const job = await create('v2beta1', { suspend: true });
    const secret = await child(job, SECRET, 'j-ssh');
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
    expect((await child(job, SECRET, 'j-ssh')).metadata.uid).toBe(secret.metadata.uid);

    const launcher = pods.find(({ metadata }) => metadata.name?.startsWith('j-launcher-'));
    await job.exit(launcher?.metadata.name ?? '', 0);
    expect(conditionOf(await job.condition('Succeeded'), 'Succeeded')).toMatchObject({
      reason: 'MPIJobSucceeded',
      message: `MPIJob ${job.namespace}/j successfully completed.`,
    });
  });
});
