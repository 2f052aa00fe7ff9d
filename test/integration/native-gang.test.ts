import { afterAll, describe, expect, test } from '@jest/globals';
import { NATIVE_POD_GROUP } from '../../src/api/kinds.ts';
import { armature, parseCluster } from '../support/cluster.ts';
import { ControllerProcess } from '../support/controller-process.ts';
import { eventually, stays } from '../support/eventually.ts';
import { gangRules } from '../support/generated-rules.ts';
import { grantAlso } from '../support/identity.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

/** A cluster whose own scheduler knows gangs, with one node of eight GPUs. */
const CLUSTER = 'native-gang';
const GATES = ['--feature-gates', 'GenericWorkload,GangScheduling', '--apis', 'scheduling.k8s.io/v1alpha2'];

const platform = usePlatform({
  controller: false,
  cluster: async () =>
    parseCluster(await armature('cluster', 'up', '--name', CLUSTER, '--nodes', 'fake:1', ...GATES, '--json')),
});

afterAll(async () => {
  await armature('cluster', 'down', '--name', CLUSTER);
}, 120_000);

const ofFour = { resources: { limits: { 'nvidia.com/gpu': '4' } } };

async function bound(job: JobUnderTest): Promise<number> {
  return (await job.pods()).filter((pod) => pod.spec.nodeName).length;
}

describe('Kubernetes’ own gang scheduling, found by the controller', () => {
  test('two jobs that do not fit together: one runs whole, the other holds nothing until there is room', async () => {
    const ungrant = await grantAlso(platform.api, 'gang', gangRules('native'));
    const controller = await ControllerProcess.start({
      kubeconfig: platform.identity.kubeconfig,
      flags: ['--gang-scheduler-name', 'auto'],
    });
    try {
      const namespace = await platform.namespace();
      const two = (name: string) =>
        JobUnderTest.create(platform.api, pytorchJob(namespace, name, { worker: 1, container: ofFour }));
      const first = await two('first');
      const group = await eventually('the PodGroup', () => platform.api.get(NATIVE_POD_GROUP, namespace, 'first'));
      expect(group.spec).toMatchObject({ schedulingPolicy: { gang: { minCount: 2 } } });
      await first.running(2);

      const large = await JobUnderTest.create(
        platform.api,
        pytorchJob(namespace, 'large', { worker: 2, container: ofFour }),
      );
      const second = await two('second');
      await eventually(
        'the pods of both',
        async () => (await large.pods()).length + (await second.pods()).length === 5,
      );
      for (const pod of await second.pods()) expect(pod.spec.schedulingGroup).toEqual({ podGroupName: 'second' });
      await stays('jobs without room', async () => (await bound(large)) + (await bound(second)) === 0, 3_000);

      await first.exit('first-worker-0', 0);
      await first.exit('first-master-0', 0);
      await first.condition('Succeeded');
      await second.running(2, { timeoutMs: 90_000 });
      expect(await bound(large)).toBe(0);
    } finally {
      await controller.stop();
      await ungrant();
    }
  }, 240_000);
});
