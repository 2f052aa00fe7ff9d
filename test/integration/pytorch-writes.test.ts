import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { NAMESPACE } from '../../src/api/kinds.ts';
import { SETTLE_MS } from '../../src/training/status.ts';
import { auditPosition, countedWrites, readAudit, tally, WRITE_VERBS } from '../support/audit-log.ts';
import { eventually } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform();
/** How long to look; `ARMATURE_IDLE_SECONDS=600` looks for ten minutes. */
const IDLE_MS = Number(process.env.ARMATURE_IDLE_SECONDS ?? 60) * 1000;

describe('what the controller writes', () => {
  test('a job of four pods costs eight writes and three events', async () => {
    const namespace = await platform.namespace();
    const from = auditPosition(platform.cluster.auditLog);
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j', { worker: 3 }));
    await job.running(4);
    await job.condition('Running');
    for (const worker of ['j-worker-0', 'j-worker-1', 'j-worker-2']) await job.exit(worker, 0);
    await job.exit('j-master-0', 0);
    await job.condition('Succeeded');
    await delay(1500);

    const { user } = platform.identity;
    const requests = (await readAudit(platform.cluster.auditLog, from)).filter(
      (request) => request.namespace === namespace && request.user === user,
    );
    const writes = countedWrites(requests, user);
    expect(tally(writes)).toEqual({
      'create pods': 4,
      'create services': 1,
      'patch kubeflow.org/pytorchjobs/status': 3,
    });
    expect(writes.filter((write) => write.code >= 400)).toEqual([]);
    expect(tally(requests.filter(({ resource }) => resource === 'events'))).toEqual({
      'create events.k8s.io/events': 3,
    });
  });

  test(
    'an idle controller with running and finished jobs writes nothing but leases',
    async () => {
      const namespace = await platform.namespace();
      const running = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'running'));
      const finished = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'finished'));
      await running.running(3);
      await running.condition('Running');
      await finished.running(3);
      await finished.exit('finished-master-0', 0);
      await finished.condition('Succeeded');
      await eventually('namespaces of earlier tests to be gone', noneEnding, { timeoutMs: 90_000, everyMs: 500 });
      await delay(SETTLE_MS + 3000);

      const from = auditPosition(platform.cluster.auditLog);
      await delay(IDLE_MS);
      const requests = await readAudit(platform.cluster.auditLog, from);
      const writes = requests.filter(
        (request) =>
          request.user === platform.identity.user && WRITE_VERBS.has(request.verb) && request.resource !== 'leases',
      );
      expect(tally(writes)).toEqual({});
    },
    IDLE_MS + 120_000,
  );
});

/** A job in a namespace that is being deleted is not at rest. */
async function noneEnding(): Promise<boolean> {
  return (await platform.api.list(NAMESPACE)).every((namespace) => !namespace.metadata.deletionTimestamp);
}
