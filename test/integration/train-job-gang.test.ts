import { describe, expect, test } from '@jest/globals';
import {
  POD,
  SCHEDULER_PLUGINS_POD_GROUP,
  TRAIN_JOB,
  TRAINING_RUNTIME,
  VOLCANO_POD_GROUP,
} from '../../src/api/kinds.ts';
import type { Kind } from '../../src/api/kube.ts';
import type { Loose } from '../support/api.ts';
import { ControllerProcess } from '../support/controller-process.ts';
import { eventually } from '../support/eventually.ts';
import { gangRules } from '../support/generated-rules.ts';
import { grantAlso } from '../support/identity.ts';
import { usePlatform } from '../support/platform.ts';
import { servePodGroups } from '../support/pod-groups.ts';
import { runtimeOf, TrainJobUnderTest, trainJobOf } from '../support/train-job.ts';

const platform = usePlatform({ controller: false });
const RESOURCES = { requests: { cpu: '100m', memory: '64Mi' } };

interface Gang {
  readonly kind: Kind;
  readonly rules: Parameters<typeof gangRules>[0];
  /** Of the controller's flag. */
  readonly scheduler: string;
}

/** While such groups are served and a controller makes them: a TrainJob of two nodes. */
async function withTrainJob(gang: Gang, podGroupPolicy: object, check: (job: TrainJobUnderTest) => Promise<void>) {
  const { api, identity } = platform;
  const unserve = await servePodGroups(api, gang.kind);
  const ungrant = await grantAlso(api, 'train-job-gang', gangRules(gang.rules));
  const flags = ['--gang-scheduler-name', gang.scheduler];
  const controller = await ControllerProcess.start({ kubeconfig: identity.kubeconfig, flags });
  try {
    const namespace = await platform.namespace();
    const runtime = runtimeOf('gang', {}, namespace) as Loose;
    Object.assign(runtime.spec, { podGroupPolicy });
    runtime.spec.template.metadata = { annotations: { 'scheduling.volcano.sh/queue-name': 'research' } };
    const pod = runtime.spec.template.spec.replicatedJobs[0].template.spec.template.spec;
    Object.assign(pod, { tolerations: [{ operator: 'Exists' }], schedulerName: 'default-scheduler' });
    await api.create(TRAINING_RUNTIME, runtime);
    const spec = {
      runtimeRef: { name: 'gang', kind: 'TrainingRuntime' },
      trainer: { numNodes: 2, resourcesPerNode: RESOURCES },
    };
    await check(await TrainJobUnderTest.create(api, trainJobOf(namespace, 'j', spec)));
  } finally {
    await controller.stop();
    await ungrant();
    await unserve();
  }
}

const groupOf = ({ namespace }: TrainJobUnderTest, kind: Kind): Promise<Loose | undefined> =>
  platform.api.get(kind, namespace, 'j');

const podsOf = ({ namespace }: TrainJobUnderTest): Promise<readonly Loose[]> =>
  eventually('two pods', async () => {
    const pods = await platform.api.list(POD, namespace, 'jobset.sigs.k8s.io/jobset-name=j');
    return pods.length === 2 && pods;
  });

describe('gang scheduling of a TrainJob', () => {
  test('[training 22] scheduler-plugins: a PodGroup of all its pods, which stays while it is suspended and goes with it', async () => {
    const gang: Gang = { kind: SCHEDULER_PLUGINS_POD_GROUP, rules: 'scheduler-plugins', scheduler: 'gang' };
    await withTrainJob(gang, { coscheduling: { scheduleTimeoutSeconds: 90 } }, async (job) => {
      for (const { metadata, spec } of await podsOf(job)) {
        expect(metadata.labels).toMatchObject({ 'scheduling.x-k8s.io/pod-group': 'j' });
        // The scheduler is the runtime's to name.
        expect(spec.schedulerName).toBe('default-scheduler');
      }
      const group = await groupOf(job, gang.kind);
      expect(group?.spec).toEqual({
        minMember: 2,
        minResources: { cpu: '200m', memory: '128Mi' },
        scheduleTimeoutSeconds: 90,
      });
      expect(group?.metadata.ownerReferences).toMatchObject([{ kind: 'TrainJob', name: 'j', controller: true }]);
      await job.edit({ suspend: true });
      await job.condition('Suspended');
      expect((await groupOf(job, gang.kind))?.metadata.uid).toBe(group?.metadata.uid);
      await platform.api.delete(TRAIN_JOB, job.namespace, 'j');
      await eventually('no PodGroup', async () => (await groupOf(job, gang.kind)) === undefined);
    });
  }, 60_000);

  test('[training 22] volcano: its PodGroup has the queue and the topology, and its pods the name of the group', async () => {
    const gang: Gang = { kind: VOLCANO_POD_GROUP, rules: 'volcano', scheduler: 'volcano' };
    const networkTopology = { mode: 'soft', highestTierAllowed: 2 };
    await withTrainJob(gang, { volcano: { networkTopology } }, async (job) => {
      for (const { metadata } of await podsOf(job))
        expect(metadata.annotations).toMatchObject({ 'scheduling.k8s.io/group-name': 'j' });
      expect((await groupOf(job, gang.kind))?.spec).toEqual({
        minMember: 2,
        minResources: { cpu: '200m', memory: '128Mi' },
        queue: 'research',
        networkTopology,
      });
    });
  }, 60_000);
});
