import { describe, expect, test } from '@jest/globals';
import { SCHEDULER_PLUGINS_POD_GROUP, VOLCANO_POD_GROUP } from '../../src/api/kinds.ts';
import { ControllerProcess } from '../support/controller-process.ts';
import { eventually, stays } from '../support/eventually.ts';
import { gangRules } from '../support/generated-rules.ts';
import { grantAlso } from '../support/identity.ts';
import { usePlatform } from '../support/platform.ts';
import { servePodGroups } from '../support/pod-groups.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform({ controller: false });

describe('gang scheduling of a PyTorchJob', () => {
  test('[training 22] volcano: pods wait for their PodGroup', async () => {
    const unserve = await servePodGroups(platform.api, VOLCANO_POD_GROUP);
    const ungrant = await grantAlso(platform.api, 'gang', gangRules('volcano'));
    const controller = await ControllerProcess.start({
      kubeconfig: platform.identity.kubeconfig,
      flags: ['--gang-scheduler-name', 'volcano'],
    });
    try {
      const namespace = await platform.namespace();
      const schedulingPolicy = { queue: 'research', minResources: { cpu: '3' } };
      const job = await JobUnderTest.create(
        platform.api,
        pytorchJob(namespace, 'j', { runPolicy: { schedulingPolicy, cleanPodPolicy: 'All' } }),
      );
      const group = await eventually('the PodGroup', () => platform.api.get(VOLCANO_POD_GROUP, namespace, 'j'));
      expect(group.spec).toMatchObject({ minMember: 3, queue: 'research', minResources: { cpu: '3' } });
      await stays('a job whose PodGroup waits', async () => (await job.podNames()).length === 0, 700);

      await platform.api.patch(VOLCANO_POD_GROUP, namespace, 'j', { status: { phase: 'Inqueue' } }, 'status');
      const pods = await eventually('the pods', async () => {
        const found = await job.pods();
        return found.length === 3 && found;
      });
      for (const pod of pods) {
        expect(pod.spec.schedulerName).toBe('volcano');
        expect(pod.metadata.annotations).toMatchObject({
          'scheduling.k8s.io/group-name': 'j',
          'volcano.sh/task-spec': pod.metadata.labels?.['training.kubeflow.org/replica-type'],
        });
      }
      await job.exit('j-master-0', 0);
      await job.condition('Succeeded');
      await eventually(
        'the PodGroup to be gone',
        async () => (await platform.api.get(VOLCANO_POD_GROUP, namespace, 'j')) === undefined,
      );
    } finally {
      await controller.stop();
      await ungrant();
      await unserve();
    }
  }, 60_000);

  test('[training 22] scheduler-plugins: pods carry the PodGroup in a label', async () => {
    const unserve = await servePodGroups(platform.api, SCHEDULER_PLUGINS_POD_GROUP);
    const ungrant = await grantAlso(platform.api, 'gang', gangRules('scheduler-plugins'));
    const controller = await ControllerProcess.start({
      kubeconfig: platform.identity.kubeconfig,
      flags: ['--gang-scheduler-name', 'gang'],
    });
    try {
      const namespace = await platform.namespace();
      const job = await JobUnderTest.create(
        platform.api,
        pytorchJob(namespace, 'j', { runPolicy: { schedulingPolicy: { scheduleTimeoutSeconds: 60 } } }),
      );
      const group = await eventually('the PodGroup', () =>
        platform.api.get(SCHEDULER_PLUGINS_POD_GROUP, namespace, 'j'),
      );
      expect(group.spec).toMatchObject({ minMember: 3, scheduleTimeoutSeconds: 60 });
      const pods = await eventually('the pods', async () => {
        const found = await job.pods();
        return found.length === 3 && found;
      });
      for (const pod of pods) {
        expect(pod.spec.schedulerName).toBe('gang');
        expect(pod.metadata.labels).toMatchObject({ 'scheduling.x-k8s.io/pod-group': 'j' });
      }
    } finally {
      await controller.stop();
      await ungrant();
      await unserve();
    }
  }, 60_000);
});
