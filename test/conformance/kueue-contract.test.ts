import { describe, expect, test } from '@jest/globals';
import { conditionOf } from '../../src/api/kube.ts';
import type { Loose } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform();
const QUEUED = { labels: { 'kueue.x-k8s.io/queue-name': 'team' }, runPolicy: { suspend: true } };
const PATIENT = { timeoutMs: 30_000 };

/**
 * Kueue itself is not to be had here. This plays its integration for Kubeflow's jobs: one write admits a job and places
 * its pods, one write stops it and takes the placement back, and its quota is free when no replica is active.
 */
describe('what Kueue writes to a PyTorchJob, and reads from it', () => {
  test('[training 33] a queued job is admitted, preempted, admitted elsewhere, and finishes', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'queued', QUEUED));
    await job.condition('Suspended');
    expect(await job.podNames()).toEqual([]);

    await job.patch(placement(false, 'fake-1'));
    expect(await nodesOf(job)).toEqual(['fake-1', 'fake-1', 'fake-1']);
    const admitted = await job.condition('Running', 'True', PATIENT);
    expect(conditionOf(admitted, 'Suspended')?.status).toBe('False');
    expect((await job.pods()).map(({ metadata }) => metadata.labels?.['kueue.x-k8s.io/podset'])).toEqual([
      'Master',
      'Worker',
      'Worker',
    ]);

    await job.patch(placement(true, null));
    await eventually('the quota to be free', async () => !isActive(await job.read()), PATIENT);
    const preempted = await job.condition('Suspended', 'True', PATIENT);
    expect(conditionOf(preempted, 'Running')?.status).toBe('False');
    await eventually('no pods', async () => (await job.podNames()).length === 0, PATIENT);

    await job.patch(placement(false, 'fake-2'));
    expect(await nodesOf(job)).toEqual(['fake-2', 'fake-2', 'fake-2']);
    await job.exit('queued-master-0', 0);
    const finished = await job.condition('Succeeded', 'True', PATIENT);
    expect(conditionOf(finished, 'Running')?.status).toBe('False');
    expect(finished.metadata.labels).toEqual(QUEUED.labels);
  }, 120_000);
});

/** A merge patch as Kueue's update: null takes a field back. */
function placement(suspend: boolean, node: string | null): object {
  const template = (type: string) => ({
    template: {
      metadata: { labels: { 'kueue.x-k8s.io/podset': node && type } },
      spec: { nodeSelector: node ? { 'kubernetes.io/hostname': node } : null },
    },
  });
  return {
    spec: {
      runPolicy: { suspend },
      pytorchReplicaSpecs: { Master: template('Master'), Worker: template('Worker') },
    },
  };
}

async function nodesOf(job: JobUnderTest): Promise<string[]> {
  return (await job.running(3, PATIENT)).map(({ spec }) => spec.nodeName);
}

const isActive = (job: Loose): boolean =>
  Object.values((job.status.replicaStatuses ?? {}) as Record<string, { active?: number }>).some(
    ({ active }) => (active ?? 0) > 0,
  );
