import { describe, expect, test } from '@jest/globals';
import { MPI_JOB, POD, TRAINING_RUNTIME } from '../../src/api/kinds.ts';
import { conditionOf, type KubeObject } from '../../src/api/kube.ts';
import type { Loose } from '../support/api.ts';
import { eventually, settles } from '../support/eventually.ts';
import { endPodsOf, UNTIL_TOLD } from '../support/job-pods.ts';
import { KUEUE_MANAGER, PODSET_LABEL, QUEUE_LABELS, replicasActive } from '../support/kueue.ts';
import { mpiJob } from '../support/mpi-job.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, jaxJob, pytorchJob } from '../support/pytorch-job.ts';
import { shippedRuntime, TrainJobUnderTest, trainJobOf } from '../support/train-job.ts';

const platform = usePlatform();
const QUEUED = { labels: QUEUE_LABELS, runPolicy: { suspend: true } };
const PATIENT = { timeoutMs: 40_000 };
const LONG = 150_000;

const queuedMpiJob = (namespace: string): KubeObject => {
  const job = mpiJob('v2beta1', namespace, 2, QUEUED.runPolicy);
  return { ...job, metadata: { ...job.metadata, labels: QUEUE_LABELS } };
};

/**
 * Kueue itself is not to be had here. This plays its integration for Kubeflow's jobs: one write admits a job and places
 * its pods, one write stops it and takes the placement back, and its quota is free when no replica is active.
 */
describe('[training 33] what Kueue writes to a job, and reads from it', () => {
  test.each<[string, (namespace: string) => KubeObject, string, readonly string[], string]>([
    [
      'PyTorchJob',
      (ns) => pytorchJob(ns, 'j', QUEUED),
      'pytorchReplicaSpecs',
      ['Master', 'Worker', 'Worker'],
      'j-master-0',
    ],
    ['JAXJob', (ns) => jaxJob(ns, 'j', { ...QUEUED, worker: 1 }), 'jaxReplicaSpecs', ['Worker'], 'j-worker-0'],
    ['MPIJob', queuedMpiJob, 'mpiReplicaSpecs', ['Launcher', 'Worker', 'Worker'], 'j-launcher'],
  ])(
    'a queued %s is admitted, preempted, admitted elsewhere, and finishes',
    async (kind, made, field, podsets, decisive) => {
      const namespace = await platform.namespace();
      const queued = made(namespace);
      if (kind === 'MPIJob') await platform.api.create(MPI_JOB, queued);
      const job =
        kind === 'MPIJob'
          ? new JobUnderTest(platform.api, namespace, 'j', MPI_JOB)
          : await JobUnderTest.create(platform.api, queued);
      const nodes = async () => (await job.running(podsets.length, PATIENT)).map(({ spec }) => spec.nodeName);
      const write = (suspend: boolean, node: string | null) =>
        job.patch(placement(field, new Set(podsets), suspend, node));
      await job.condition('Suspended');
      expect(await job.podNames()).toEqual([]);

      await write(false, 'fake-1');
      expect(await nodes()).toEqual(podsets.map(() => 'fake-1'));
      const admitted = await job.condition('Running', 'True', PATIENT);
      expect(conditionOf(admitted, 'Suspended')?.status).toBe('False');
      expect((await job.pods()).map(({ metadata }) => metadata.labels?.[PODSET_LABEL])).toEqual(podsets);

      await write(true, null);
      await eventually('the quota to be free', async () => !replicasActive(await job.read()), PATIENT);
      const preempted = await job.condition('Suspended', 'True', PATIENT);
      expect(conditionOf(preempted, 'Running')?.status).toBe('False');
      await eventually('no pods', async () => (await job.podNames()).length === 0, PATIENT);

      await write(false, 'fake-2');
      expect(await nodes()).toEqual(podsets.map(() => 'fake-2'));
      const last = (await job.podNames()).find((name) => name.startsWith(decisive));
      await job.exit(last ?? '', 0);
      const finished = await job.condition('Succeeded', 'True', PATIENT);
      expect(conditionOf(finished, 'Running')?.status).toBe('False');
      expect(finished.metadata.labels).toEqual(QUEUE_LABELS);
    },
    LONG,
  );

  /** Two writes admit it: the placement goes into an entry of its own while it is suspended. */
  test(
    'a queued TrainJob is admitted, preempted, admitted elsewhere, and finishes',
    async () => {
      const namespace = await platform.namespace();
      const name = 'torch-distributed';
      await platform.api.create(TRAINING_RUNTIME, shippedRuntime(name, UNTIL_TOLD, namespace));
      const runtimePatches = [{ manager: KUEUE_MANAGER }];
      const spec = {
        runtimeRef: { name, kind: 'TrainingRuntime' },
        trainer: { numNodes: 2 },
        suspend: true,
        runtimePatches,
      };
      const made = trainJobOf(namespace, 'j', spec);
      const job = await TrainJobUnderTest.create(platform.api, {
        ...made,
        metadata: { ...made.metadata, labels: QUEUE_LABELS },
      });
      const pods = async (): Promise<readonly Loose[]> => {
        const found = await platform.api.list(POD, namespace, 'jobset.sigs.k8s.io/jobset-name=j');
        return found.filter(({ metadata }) => !metadata.deletionTimestamp);
      };
      const placedOn = (node: string) =>
        settles(async () => {
          const found = await pods();
          expect(found.map((pod) => [pod.spec.nodeName, pod.metadata.labels?.[PODSET_LABEL]])).toEqual([
            [node, 'node'],
            [node, 'node'],
          ]);
        }, PATIENT);
      const counts = (wanted: object) =>
        settles(async () => expect((await job.get())?.status.jobsStatus).toMatchObject([wanted]), PATIENT);

      await job.condition('Suspended');
      expect(await pods()).toEqual([]);
      await job.edit({ runtimePatches: patches('fake-1') });
      await job.edit({ suspend: false });
      await placedOn('fake-1');
      await counts({ name: 'node', ready: 1, active: 1 });

      await job.edit({ suspend: true });
      await counts({ name: 'node', active: 0, suspended: 1 });
      await job.edit({ runtimePatches });
      await settles(async () => expect(await pods()).toEqual([]), PATIENT);

      await job.edit({ runtimePatches: patches('fake-2') });
      await job.edit({ suspend: false });
      await placedOn('fake-2');
      await counts({ name: 'node', ready: 1 });
      await endPodsOf(platform.api, namespace, 'j-node-0', 0);
      expect(conditionOf(await job.condition('Complete'), 'Complete')?.reason).toBe('AllJobsCompleted');
    },
    LONG,
  );
});

/** A merge patch as Kueue's update: null takes a field back. */
function placement(field: string, types: ReadonlySet<string>, suspend: boolean, node: string | null): object {
  const template = (type: string) => ({
    template: {
      metadata: { labels: { [PODSET_LABEL]: node && type } },
      spec: { nodeSelector: node ? { 'kubernetes.io/hostname': node } : null },
    },
  });
  const replicas = Object.fromEntries([...types].map((type) => [type, template(type)]));
  return { spec: { runPolicy: { suspend }, [field]: replicas } };
}

const patches = (node: string): readonly object[] => {
  const spec = { nodeSelector: { 'kubernetes.io/hostname': node } };
  const template = { metadata: { labels: { [PODSET_LABEL]: 'node' } }, spec };
  const replicatedJobs = [{ name: 'node', template: { spec: { template } } }];
  return [{ manager: KUEUE_MANAGER, trainingRuntimeSpec: { template: { spec: { replicatedJobs } } } }];
};
