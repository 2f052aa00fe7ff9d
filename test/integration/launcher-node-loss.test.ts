import { describe, expect, test } from '@jest/globals';
import { BATCH_JOB, EVENT, MPI_JOB, POD } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import type { Loose } from '../support/api.ts';
import { eventually, settles } from '../support/eventually.ts';
import { mpiJob, mpiReplicas } from '../support/mpi-job.ts';
import { usePlatform } from '../support/platform.ts';
import { environmentOf, JobUnderTest } from '../support/pytorch-job.ts';
import { SilentNode } from '../support/silent-node.ts';

const platform = usePlatform();
const MINUTES = 60_000;
const PATIENT = { timeoutMs: MINUTES };

/** An MPIJob whose launcher runs there. */
async function begin(
  node: SilentNode,
  runPolicy: Record<string, unknown>,
): Promise<{ job: JobUnderTest; maker: Loose; pod: Loose }> {
  const namespace = await platform.namespace();
  const made = mpiJob('v2beta1', namespace, 2, runPolicy);
  const spec = { ...(made.spec as object), mpiReplicaSpecs: mpiReplicas(2, {}, { Launcher: node.place }) };
  await platform.api.create(MPI_JOB, { ...made, spec } as KubeObject);
  const job = new JobUnderTest(platform.api, namespace, 'j', MPI_JOB);
  const pod = await eventually(
    'the launcher on that node',
    async () => {
      const pods = await job.pods();
      return pods.find(({ spec: placed }) => placed.nodeName === node.name);
    },
    PATIENT,
  );
  const ready = { type: 'Ready', status: 'True' };
  const status = { phase: 'Running', conditions: [ready] };
  await platform.api.patch(POD, namespace, pod.metadata.name ?? '', { status }, 'status');
  await job.condition('Running', 'True', PATIENT);
  return { job, pod, maker: (await platform.api.get(BATCH_JOB, namespace, 'j-launcher')) as Loose };
}

/** One job whose launcher is replaced alone, and one that is begun anew. */
async function lose(node: SilentNode): Promise<void> {
  const [alone, whole] = await Promise.all([begin(node, {}), begin(node, { restartScope: 'Job', backoffLimit: 0 })]);
  const workers = (await alone.job.pods()).filter(({ spec }) => spec.nodeName !== node.name);
  expect(workers).toHaveLength(2);

  await node.givenUp();
  const since = Date.now();
  for (const { job, maker, pod } of [alone, whole]) {
    await eventually('another Job for the launcher', async () => {
      const found = await platform.api.get(BATCH_JOB, job.namespace, 'j-launcher');
      return found !== undefined && found.metadata.uid !== maker.metadata.uid;
    });
    expect(await platform.api.get(POD, job.namespace, pod.metadata.name ?? '')).toBeUndefined();
  }
  process.stderr.write(`  both launchers were replaced ${((Date.now() - since) / 1000).toFixed(1)} s after that\n`);

  const left = (await alone.job.pods()).filter(({ spec }) => spec.nodeName !== undefined);
  expect(left.map(({ metadata }) => metadata.uid)).toEqual(workers.map(({ metadata }) => metadata.uid));
  expect((await alone.job.read()).status.attempt).toBeUndefined();
  const events = (await platform.api.list(EVENT, alone.job.namespace)) as (Loose & {
    reason?: string;
    note?: string;
  })[];
  expect(events.find(({ reason }) => reason === 'NodeLost')?.note).toBe(
    `node ${node.name} does not answer; replacing j-launcher`,
  );

  await settles(async () => {
    const pods = (await whole.job.pods()).filter(({ spec }) => spec.nodeName !== undefined);
    expect(pods.map((pod) => environmentOf(pod).ARMATURE_ATTEMPT)).toEqual(['2', '2']);
  });
  const { status } = await whole.job.read();
  expect(status.attempt).toEqual({ number: 2 });
  expect(status.lastFailures).toMatchObject([{ pod: 'j-launcher', reason: 'NodeLost', counted: false }]);
}

describe('an MPIJob over ssh whose launcher’s node does not answer any more', () => {
  test(
    'gets another launcher within seconds of the node being given up, beside its workers or with all of them anew',
    () => SilentNode.during(platform.api, `silent-launcher-${process.pid}`, lose),
    5 * MINUTES,
  );
});
