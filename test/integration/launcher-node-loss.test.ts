import { describe, expect, test } from '@jest/globals';
import { BATCH_JOB, EVENT, MPI_JOB, NODE, POD } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import { UNREACHABLE_TAINT } from '../../src/api/taints.ts';
import type { Loose } from '../support/api.ts';
import { eventually, settles } from '../support/eventually.ts';
import { mpiJob, mpiReplicas } from '../support/mpi-job.ts';
import { usePlatform } from '../support/platform.ts';
import { environmentOf, JobUnderTest } from '../support/pytorch-job.ts';

const platform = usePlatform();
/** The control plane takes most of a minute to give a node up that does not answer. */
const PATIENT = { timeoutMs: 150_000, everyMs: 500 };
const MINUTES = 60_000;
const NAME = `silent-${process.pid}`;

/** A node that nobody plays: it answered once, and never again. */
async function silentNode(): Promise<void> {
  const labels = { 'kubernetes.io/hostname': NAME };
  await platform.api.create(NODE, { apiVersion: 'v1', kind: 'Node', metadata: { name: NAME, labels } });
  const capacity = { cpu: '8', memory: '8Gi', pods: '20' };
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', lastHeartbeatTime: null }];
  const status = { capacity, allocatable: capacity, conditions };
  await platform.api.patch(NODE, undefined, NAME, { status }, 'status');
}

/** An MPIJob whose launcher runs there. */
async function begin(runPolicy: Record<string, unknown>): Promise<{ job: JobUnderTest; maker: Loose; pod: Loose }> {
  const namespace = await platform.namespace();
  const there = { nodeSelector: { 'kubernetes.io/hostname': NAME }, tolerations: [] };
  const made = mpiJob('v2beta1', namespace, 2, runPolicy);
  const spec = { ...(made.spec as object), mpiReplicaSpecs: mpiReplicas(2, {}, { Launcher: there }) };
  await platform.api.create(MPI_JOB, { ...made, spec } as KubeObject);
  const job = new JobUnderTest(platform.api, namespace, 'j', MPI_JOB);
  const pod = await eventually('the launcher on that node', async () => {
    const pods = await job.pods();
    return pods.find(({ spec: placed }) => placed.nodeName === NAME);
  });
  const ready = { type: 'Ready', status: 'True' };
  const status = { phase: 'Running', conditions: [ready] };
  await platform.api.patch(POD, namespace, pod.metadata.name ?? '', { status }, 'status');
  await job.condition('Running');
  return { job, pod, maker: (await platform.api.get(BATCH_JOB, namespace, 'j-launcher')) as Loose };
}

/** One job whose launcher is replaced alone, and one that is begun anew. */
async function loseTheNode(): Promise<void> {
  const [alone, whole] = await Promise.all([begin({}), begin({ restartScope: 'Job', backoffLimit: 0 })]);
  const workers = (await alone.job.pods()).filter(({ spec }) => spec.nodeName !== NAME);
  expect(workers).toHaveLength(2);

  await eventually(
    'the node to be given up',
    async () => {
      const node = await platform.api.get(NODE, undefined, NAME);
      return node?.spec.taints?.some(
        ({ key, effect }: { key: string; effect: string }) => key === UNREACHABLE_TAINT && effect === 'NoExecute',
      );
    },
    PATIENT,
  );
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
    `node ${NAME} does not answer; replacing j-launcher`,
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
    async () => {
      await silentNode();
      try {
        await loseTheNode();
      } finally {
        await platform.api.delete(NODE, undefined, NAME);
      }
    },
    5 * MINUTES,
  );
});
