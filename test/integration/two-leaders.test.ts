import { describe, expect, test } from '@jest/globals';
import { auditPosition, readAudit } from '../support/audit-log.ts';
import { ControllerProcess } from '../support/controller-process.ts';
import { stays } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform({ controller: false });

describe('two controllers', () => {
  test('a leader frozen beyond its lease is replaced, and does no harm when it wakes', async () => {
    const { kubeconfig, user } = platform.identity;
    const first = await ControllerProcess.start({ kubeconfig, leaderElect: true });
    const namespace = await platform.namespace();
    const early = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'early'));
    await early.running(3);
    const second = await ControllerProcess.start({ kubeconfig, leaderElect: true });
    const from = auditPosition(platform.cluster.auditLog);
    try {
      first.signal('SIGSTOP');
      const late = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'late'));
      await late.condition('Running', 'True', { timeoutMs: 60_000 });
      first.signal('SIGCONT');
      await late.exit('late-master-0', 0);
      await late.condition('Succeeded');
      await early.exit('early-master-0', 0);
      await early.condition('Succeeded');
      await stays(
        'the pods',
        async () => (await late.podNames()).length === 3 && (await early.podNames()).length === 3,
        2000,
      );

      const creates = (await readAudit(platform.cluster.auditLog, from)).filter(
        (request) =>
          request.user === user &&
          request.namespace === namespace &&
          request.verb === 'create' &&
          request.resource === 'pods' &&
          request.code === 201,
      );
      expect(creates.length).toBe(3);
    } finally {
      await first.stop();
      await second.stop();
    }
  }, 120_000);

  test('a leader that is told to stop hands over at once', async () => {
    const { kubeconfig } = platform.identity;
    const first = await ControllerProcess.start({ kubeconfig, leaderElect: true });
    const second = await ControllerProcess.start({ kubeconfig, leaderElect: true });
    try {
      await first.stop();
      const job = await JobUnderTest.create(platform.api, pytorchJob(await platform.namespace(), 'j'));
      await job.condition('Running', 'True', { timeoutMs: 10_000 });
    } finally {
      await second.stop();
    }
  }, 60_000);
});
