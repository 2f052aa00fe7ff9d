import { describe, expect, test } from '@jest/globals';
import { POD, TRAIN_JOB, TRAINING_RUNTIME } from '../../src/api/kinds.ts';
import { conditionOf, type KubeObject } from '../../src/api/kube.ts';
import { EXIT_CODE, RUN_SECONDS } from '../../src/cluster/fake-nodes.ts';
import { type Loose, pathOf } from '../support/api.ts';
import { eventually, settles, stays } from '../support/eventually.ts';
import { endPodsOf, UNTIL_TOLD } from '../support/job-pods.ts';
import {
  flavorInfo,
  goTemplate,
  isActive,
  KUEUE_MANAGER,
  PODSET_LABEL,
  type PodSetInfo,
  podsReady,
  QUEUE_LABELS,
  reclaimable,
  replicasActive,
  TOPOLOGY_GATE,
  topologyInfo,
  ungate,
} from '../support/kueue.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';
import { shippedRuntime, TrainJobUnderTest, trainJobOf } from '../support/train-job.ts';

const platform = usePlatform();
const PATIENT = { timeoutMs: 40_000 };
const LONG = 150_000;
const ANYWHERE = { operator: 'Exists' };
const SPOT = { key: 'spot', operator: 'Equal', value: 'true', effect: 'NoSchedule' };

const put = async (path: string, object: object): Promise<void> => {
  const { code, text } = await platform.api.raw('PUT', path, object);
  if (code !== 200) throw new Error(`PUT ${path}: ${code} ${text}`);
};

const summaryOf = ({ metadata, spec }: Loose) => ({
  podset: metadata.labels?.[PODSET_LABEL],
  workload: metadata.annotations?.['kueue.x-k8s.io/workload'],
  gates: spec.schedulingGates,
  flavor: spec.nodeSelector?.type,
  tolerates: ((spec.tolerations ?? []) as object[]).filter((each) => !('tolerationSeconds' in each)),
});
const gated = (podset: string) => ({
  podset,
  workload: 'workload-of-the-job',
  gates: [TOPOLOGY_GATE],
  flavor: 'kwok',
  tolerates: [ANYWHERE, SPOT],
});

describe('[training 33] Kueue decides on the node of each pod', () => {
  test(
    'a PyTorchJob that is written back whole: its pods wait behind a gate, and take their quota with them when they go',
    async () => {
      const { api } = platform;
      const namespace = await platform.namespace();
      const shape = { labels: QUEUE_LABELS, runPolicy: { suspend: true } };
      const job = await JobUnderTest.create(api, pytorchJob(namespace, 'j', shape));
      await job.condition('Suspended');
      const original = (await job.read()).spec.pytorchReplicaSpecs as Record<
        string,
        Loose & { readonly template: Loose }
      >;
      const update = async (suspend: boolean, info: (type: string) => PodSetInfo | undefined) => {
        const read = await job.read();
        const replicas = Object.entries(original).map(([type, replica]) => [
          type,
          { ...replica, template: goTemplate(replica.template, info(type.toLowerCase())) },
        ]);
        const { spec } = read;
        const runPolicy = { ...spec.runPolicy, suspend };
        await put(pathOf(job.kind, namespace, 'j'), {
          ...read,
          spec: { ...spec, runPolicy, pytorchReplicaSpecs: Object.fromEntries(replicas) },
        });
      };

      await update(false, topologyInfo);
      const pods = await eventually('three pods', async () => {
        const found = await job.pods();
        return found.length === 3 && found;
      });
      expect(pods.map(summaryOf)).toEqual([gated('master'), gated('worker'), gated('worker')]);
      const ranks = pods.map(({ metadata }) => metadata.labels?.['training.kubeflow.org/replica-index']);
      expect(ranks).toEqual(['0', '0', '1']);
      const uids = pods.map(({ metadata }) => metadata.uid);
      await stays(
        'gated pods that are left alone',
        async () => {
          const [now, found] = [await job.read(), await job.pods()];
          return (
            conditionOf(now, 'Running')?.status !== 'True' &&
            JSON.stringify(found.map(({ metadata }) => metadata.uid)) === JSON.stringify(uids)
          );
        },
        2000,
      );

      await ungate(api, namespace, pods, 'fake-1');
      const running = await job.running(3, PATIENT);
      expect(running.map(({ metadata, spec }) => [metadata.uid, spec.nodeName])).toEqual(
        uids.map((uid) => [uid, 'fake-1']),
      );
      await job.condition('Running', 'True', PATIENT);

      await update(true, () => undefined);
      await eventually('the quota to be free', async () => !replicasActive(await job.read()), PATIENT);
      await eventually('no pods', async () => (await job.podNames()).length === 0, PATIENT);

      await update(false, (type) => flavorInfo(type, { 'kubernetes.io/hostname': 'fake-2' }));
      const again = await job.running(3, PATIENT);
      expect(again.map(({ spec }) => [spec.nodeName, spec.schedulingGates])).toEqual([
        ['fake-2', undefined],
        ['fake-2', undefined],
        ['fake-2', undefined],
      ]);
      await job.exit('j-master-0', 0);
      await job.condition('Succeeded', 'True', PATIENT);
    },
    LONG,
  );

  test(
    'a TrainJob, in an entry of Kueue’s own: what is ready, what can be reclaimed, and what is left when it stops',
    async () => {
      const { api } = platform;
      const namespace = await platform.namespace();
      await api.create(TRAINING_RUNTIME, withInitializer(namespace));
      const entry = (replicatedJobs?: readonly object[]) => ({
        manager: KUEUE_MANAGER,
        trainingRuntimeSpec: { template: { spec: { ...(replicatedJobs && { replicatedJobs }) } } },
      });
      const users = {
        manager: 'example.com/user',
        trainingRuntimeSpec: {
          template: { spec: { replicatedJobs: [{ name: 'node', template: patched({ labels: { team: 'nlp' } }) }] } },
        },
      };
      const made = trainJobOf(namespace, 'j', {
        runtimeRef: { name: 'torch-distributed', kind: 'TrainingRuntime' },
        trainer: { numNodes: 2 },
        initializer: { dataset: { storageUri: 'hf://org/data' } },
        suspend: true,
        runtimePatches: [users, entry()],
      });
      const job = await TrainJobUnderTest.create(api, {
        ...made,
        metadata: { ...made.metadata, labels: QUEUE_LABELS },
      });
      const read = async () => (await job.get()) as Loose;
      const podsOf = async (podset: string): Promise<readonly Loose[]> =>
        (await api.list(POD, namespace, `jobset.sigs.k8s.io/jobset-name=j,${PODSET_LABEL}=${podset}`)).filter(
          ({ metadata }) => !metadata.deletionTimestamp,
        );
      /** A merge patch replaces lists: the whole of it is written, as it was read. */
      const fill = async (replicatedJobs: readonly object[] | undefined) => {
        const entries = (await read()).spec.runtimePatches as { manager: string }[];
        await job.edit({
          runtimePatches: entries.map((each) => (each.manager === KUEUE_MANAGER ? entry(replicatedJobs) : each)),
        });
      };
      const admit = async (infos: Readonly<Record<string, PodSetInfo>>) => {
        await fill(
          Object.entries(infos).map(([name, info]) => ({
            name,
            template: patched(
              { annotations: info.annotations, labels: info.labels },
              {
                nodeSelector: info.nodeSelector,
                tolerations: [ANYWHERE, ...info.tolerations],
                schedulingGates: info.schedulingGates,
              },
            ),
          })),
        );
        await job.edit({ suspend: false });
      };
      await job.condition('Suspended');

      await admit({ 'dataset-initializer': flavorInfo('dataset-initializer', {}), node: topologyInfo('node') });
      await eventually(
        'what the initializer had to be given back',
        async () => reclaimable(await read()).length > 0,
        PATIENT,
      );
      expect(reclaimable(await read())).toEqual(['dataset-initializer']);
      const nodes = await eventually('two nodes', async () => {
        const found = await podsOf('node');
        return found.length === 2 && found;
      });
      expect(nodes.map(summaryOf)).toEqual([gated('node'), gated('node')]);
      expect(nodes.map(({ metadata }) => metadata.labels?.team)).toEqual(['nlp', 'nlp']);
      expect(podsReady(await read(), 2)).toBe(false);
      await ungate(api, namespace, nodes, 'fake-1');
      await eventually('all pods to be ready', async () => podsReady(await read(), 2), PATIENT);
      expect((await podsOf('node')).map(({ spec }) => spec.nodeName)).toEqual(['fake-1', 'fake-1']);

      await job.edit({ suspend: true });
      await eventually('the quota to be free', async () => !isActive(await read()), PATIENT);
      await fill(undefined);
      await settles(async () => expect(await podsOf('node')).toEqual([]), PATIENT);

      await admit({
        'dataset-initializer': flavorInfo('dataset-initializer', {}),
        node: flavorInfo('node', { 'kubernetes.io/hostname': 'fake-2' }),
      });
      await settles(async () => {
        const found = await podsOf('node');
        expect(found.map(({ spec }) => [spec.nodeName, spec.schedulingGates])).toEqual([
          ['fake-2', undefined],
          ['fake-2', undefined],
        ]);
        expect(found.every(({ status }) => status.phase === 'Running')).toBe(true);
      }, PATIENT);
      await endPodsOf(api, namespace, 'j-node-0', 0);
      await job.condition('Complete');
    },
    LONG,
  );

  test(
    'a TrainJob as Kueue wrote it before there were entries: overrides of pod templates, in an object that is written back whole',
    async () => {
      const { api } = platform;
      const namespace = await platform.namespace();
      const name = 'torch-distributed';
      await api.create(TRAINING_RUNTIME, shippedRuntime(name, UNTIL_TOLD, namespace));
      const made = trainJobOf(namespace, 'j', {
        runtimeRef: { name, kind: 'TrainingRuntime' },
        labels: QUEUE_LABELS,
        suspend: true,
      });
      const job = await TrainJobUnderTest.create(api, {
        ...made,
        metadata: { ...made.metadata, labels: QUEUE_LABELS },
      });
      const update = async (change: object) => {
        const read = (await job.get()) as Loose;
        await put(pathOf(TRAIN_JOB, namespace, 'j'), { ...read, spec: { ...read.spec, ...change } });
      };
      const overrides = [
        {
          targetJobs: [{ name: 'node' }],
          metadata: { creationTimestamp: null, labels: { [PODSET_LABEL]: 'node' } },
          spec: { nodeSelector: { 'kubernetes.io/hostname': 'fake-1' } },
        },
      ];
      await job.condition('Suspended');
      await update({ podTemplateOverrides: overrides });
      await update({ suspend: false });
      const podOf = () =>
        settles(async () => {
          const found = await api.list(POD, namespace, 'jobset.sigs.k8s.io/jobset-name=j');
          expect(found.map(({ spec, metadata }) => [spec.nodeName, metadata.labels?.[PODSET_LABEL]])).toEqual([
            ['fake-1', 'node'],
          ]);
        }, PATIENT);
      await podOf();
      await eventually('all pods to be ready', async () => podsReady((await job.get()) as Loose, 1), PATIENT);

      await update({ suspend: true });
      await eventually('the quota to be free', async () => !isActive((await job.get()) as Loose), PATIENT);
      await update({ podTemplateOverrides: [] });
      await update({ podTemplateOverrides: overrides });
      await update({ suspend: false });
      await podOf();
      await endPodsOf(api, namespace, 'j-node-0', 0);
      await job.condition('Complete');
    },
    LONG,
  );
});

/** What a patch says of the pods of a replicated job, with what a Go program writes besides. */
const patched = (metadata: object, spec?: object): object => ({
  spec: { template: { metadata: { creationTimestamp: null, ...metadata }, ...(spec && { spec }) } },
});

/** A runtime that fetches a data set before its nodes start. */
function withInitializer(namespace: string): KubeObject {
  const runtime = shippedRuntime('torch-distributed', UNTIL_TOLD, namespace);
  const [node] = runtime.spec.template.spec.replicatedJobs;
  const name = 'dataset-initializer';
  const volumes = [{ name: 'initializer', emptyDir: {} }];
  const mounted = { volumeMounts: [{ name: 'initializer', mountPath: '/workspace' }] };
  const pod = node.template.spec.template.spec;
  Object.assign(pod, { volumes });
  Object.assign(pod.containers[0], mounted);
  const initializer = {
    name,
    template: {
      metadata: { labels: { 'trainer.kubeflow.org/trainjob-ancestor-step': name } },
      spec: {
        template: {
          metadata: { annotations: { [EXIT_CODE]: '0', [RUN_SECONDS]: '0.5' } },
          spec: { tolerations: [ANYWHERE], containers: [{ name, image: 'init:1', ...mounted }], volumes },
        },
      },
    },
  };
  runtime.spec.template.spec.replicatedJobs = [initializer, { ...node, dependsOn: [{ name, status: 'Complete' }] }];
  return runtime;
}
