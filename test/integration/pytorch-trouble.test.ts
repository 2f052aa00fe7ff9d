import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { EVENT, POD } from '../../src/api/kinds.ts';
import { conditionOf } from '../../src/api/kube.ts';
import type { Loose } from '../support/api.ts';
import { auditPosition, countedWrites, readAudit } from '../support/audit-log.ts';
import { eventually, settles } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform();

type Told = Loose & { readonly reason: string; readonly note: string; readonly type: string };

/** The events about a job, oldest first. */
async function eventsOf(job: JobUnderTest): Promise<Told[]> {
  const events = (await platform.api.list(EVENT, job.namespace)) as Told[];
  return events
    .filter((event) => (event as unknown as { regarding: { kind: string } }).regarding.kind === 'PyTorchJob')
    .sort((left, right) => String(left.metadata.name).localeCompare(String(right.metadata.name)));
}

const warningsOf = async (job: JobUnderTest) =>
  (await eventsOf(job)).filter(({ type }) => type === 'Warning').map(({ reason }) => reason);

/** Plays the kubelet: a pod's main container waits or has ended. */
async function containerState(job: JobUnderTest, pod: string, phase: string, more: object): Promise<void> {
  const container = { name: 'pytorch', image: 'x', imageID: '', ready: false, restartCount: 0, ...more };
  await platform.api.patch(POD, job.namespace, pod, { status: { phase, containerStatuses: [container] } }, 'status');
}

describe('trouble of pods is said on the job', () => {
  test('no image: one event, one condition, however often the kubelet tries; gone when it pulls', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, unscheduledJob(namespace));
    await eventually('three pods', async () => (await job.podNames()).length === 3);
    await job.condition('Created');
    const from = auditPosition(platform.cluster.auditLog);
    for (const reason of ['ErrImagePull', 'ImagePullBackOff', 'ErrImagePull', 'ImagePullBackOff']) {
      const state = { waiting: { reason, message: `Back-off pulling image "x": ${reason}` } };
      for (const pod of ['j-worker-0', 'j-worker-1']) await containerState(job, pod, 'Pending', { state });
      await delay(300);
    }
    const told = await job.condition('PodTrouble');
    expect(conditionOf(told, 'PodTrouble')).toMatchObject({
      reason: 'ImagePullBackOff',
      message: expect.stringContaining('cannot pull its image: Back-off pulling image "x"'),
    });
    expect(told.status.conditions.at(-1).type).toBe('Created');
    await eventually('a warning', async () => (await warningsOf(job)).length > 0);
    expect(await warningsOf(job)).toEqual(['ImagePullBackOff']);
    const writes = countedWrites(await readAudit(platform.cluster.auditLog, from), platform.identity.user);
    expect(writes.filter((write) => write.namespace === namespace)).toHaveLength(1);

    const state = { running: { startedAt: new Date().toISOString().slice(0, 19).concat('Z') } };
    for (const pod of await job.podNames()) await containerState(job, pod, 'Running', { state, ready: true });
    const running = await job.condition('Running');
    expect(conditionOf(running, 'PodTrouble')).toBeUndefined();
  });

  test('a crash loop and a missing secret are two events; the memory limit explains the failure', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(
      platform.api,
      pytorchJob(namespace, 'j', { restartPolicy: 'Never', pod: { schedulerName: 'nobody' } }),
    );
    await eventually('three pods', async () => (await job.podNames()).length === 3);
    await containerState(job, 'j-worker-0', 'Running', {
      restartCount: 2,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
    await containerState(job, 'j-master-0', 'Pending', {
      state: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "s" not found' } },
    });
    const both = 'CrashLoopBackOff,CreateContainerConfigError';
    await eventually('both troubles', async () => conditionOf(await job.read(), 'PodTrouble')?.reason === both);
    await containerState(job, 'j-worker-1', 'Failed', {
      state: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
    });
    const failed = await job.condition('Failed');
    expect(conditionOf(failed, 'PodTrouble')).toBeUndefined();
    expect(conditionOf(failed, 'Failed')?.message).toMatch(/OOMKilled: pod j-worker-1: .*more memory than its limit/);
    const said = ['CrashLoopBackOff', 'CreateContainerConfigError', 'OOMKilled', 'PyTorchJobFailed', 'RankFailed'];
    await settles(async () => expect((await warningsOf(job)).sort()).toEqual(said));
  });

  test("a pod that no node can take is told after a while, in the scheduler's words", async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(
      platform.api,
      pytorchJob(namespace, 'j', { worker: 0, pod: { nodeSelector: { 'example.org/none': 'x' } } }),
    );
    const told = await job.condition('PodTrouble', 'True', { timeoutMs: 30_000 });
    expect(conditionOf(told, 'PodTrouble')).toMatchObject({
      reason: 'Unschedulable',
      message: expect.stringContaining('nodes are available'),
    });
    await eventually('the warning', async () => (await warningsOf(job)).length > 0);
    expect(await warningsOf(job)).toEqual(['Unschedulable']);
  }, 60_000);
});

/** No scheduler takes these pods, so that only the test plays with them. */
const unscheduledJob = (namespace: string) => pytorchJob(namespace, 'j', { pod: { schedulerName: 'nobody' } });
