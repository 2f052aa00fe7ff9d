import { describe, expect } from '@jest/globals';
import { KUBECTL_IMAGE } from '../../scripts/images/kubectl-image.ts';
import { MPI_JOB, MPI_JOB_V1, POD } from '../../src/api/kinds.ts';
import { conditionOf, type KubeObject } from '../../src/api/kube.ts';
import { eventually } from '../support/eventually.ts';
import { JobUnderTest } from '../support/pytorch-job.ts';
import { useRealPlatform } from '../support/real-platform.ts';
import { podLog } from '../support/training-log.ts';

const MINUTES = 60_000;
const PATIENT = { timeoutMs: 4 * MINUTES, everyMs: 500 };
const HOME = '/home/mpiuser';
const { platform, live, image } = useRealPlatform({
  images: ['--mpi'],
  flags: ['--mpi-kubectl-delivery-image', KUBECTL_IMAGE],
});

interface Way {
  readonly version: 'v1' | 'v2beta1';
  /** More fields of the job's spec. */
  readonly spec?: object;
  readonly securityContext?: object;
  /** More variables for the launcher. */
  readonly env?: Readonly<Record<string, string>>;
}

async function estimatePi({ version, spec, securityContext, env = {} }: Way): Promise<JobUnderTest> {
  const namespace = await platform.namespace();
  const mpirun = ['mpirun', '-n', '4', '--bind-to', 'none', 'python3', '/examples/pi.py'];
  const replica = (replicas: number, more: object) => ({
    replicas,
    template: {
      spec: {
        ...(securityContext && { securityContext }),
        containers: [{ name: 'mpi', image: image(), imagePullPolicy: 'IfNotPresent', ...more }],
      },
    },
  });
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  const job = {
    apiVersion: `kubeflow.org/${version}`,
    kind: 'MPIJob',
    metadata: { name: 'pi', namespace },
    spec: {
      slotsPerWorker: 2,
      runPolicy: { cleanPodPolicy: 'Running' },
      mpiReplicaSpecs: { Launcher: replica(1, { command: mpirun, env: variables }), Worker: replica(2, {}) },
      ...spec,
    },
  };
  const kind = version === 'v1' ? MPI_JOB_V1 : MPI_JOB;
  await platform.api.create(kind, job as KubeObject);
  return new JobUnderTest(platform.api, namespace, 'pi', kind);
}

/** Waits for the job's end: two hosts and four processes, the right number, and the workers gone. */
async function succeeds(job: JobUnderTest): Promise<void> {
  const done = await eventually(
    'the end of the job',
    async () => {
      const read = await job.read();
      return conditionOf(read, 'Succeeded')?.status === 'True' || conditionOf(read, 'Failed')?.status === 'True'
        ? read
        : false;
    },
    PATIENT,
  );
  const launcher = (await platform.api.list(POD, job.namespace)).find(({ metadata }) =>
    metadata.name?.startsWith('pi-launcher'),
  );
  const log = await podLog(platform.api, job.namespace, launcher?.metadata.name ?? '');
  expect({ failed: conditionOf(done, 'Failed')?.message, log }).toEqual({
    failed: undefined,
    log: expect.stringMatching(/processes=4 hosts=pi-worker-0\S*,pi-worker-1[\s\S]*pi=3\.14159265/),
  });
  await eventually(
    'the workers to be gone',
    async () => (await job.podNames()).every((name) => name.startsWith('pi-launcher')),
    PATIENT,
  );
}

describe('pi on OpenMPI, in real pods', () => {
  live(
    '[training 24] over ssh, as an ordinary user: two workers, four processes, the workers gone in the end',
    async () => {
      await succeeds(
        await estimatePi({
          version: 'v2beta1',
          spec: { sshAuthMountPath: `${HOME}/.ssh`, launcherCreationPolicy: 'WaitForWorkersReady' },
          securityContext: { runAsUser: 1000, runAsNonRoot: true, fsGroup: 1000 },
        }),
      );
    },
    6 * MINUTES,
  );

  live(
    '[training 24] over ssh, as root, with the defaults of the API',
    async () => {
      const env = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };
      await succeeds(await estimatePi({ version: 'v2beta1', securityContext: { runAsUser: 0 }, env }));
    },
    6 * MINUTES,
  );

  live(
    '[training 26] by exec, with a kubectl that an init container brings, under the policy that confines it',
    async () => {
      await succeeds(await estimatePi({ version: 'v1' }));
    },
    6 * MINUTES,
  );
});
