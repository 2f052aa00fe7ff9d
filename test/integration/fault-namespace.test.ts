import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { NAMESPACE, POD } from '../../src/api/kinds.ts';
import { auditPosition, readAudit } from '../support/audit-log.ts';
import { eventually } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform();
const FINALIZER = 'example.org/held';

describe('a namespace that is being deleted', () => {
  test('its jobs are left to go with it: no retries, no errors in the log', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j', { worker: 3 }));
    await job.running(4);
    await job.condition('Running');
    // Pods go first, and one that does not go keeps the job there.
    await hold('j-worker-2', [FINALIZER]);
    try {
      const from = auditPosition(platform.cluster.auditLog);
      await platform.api.delete(NAMESPACE, undefined, namespace);
      const refused = async () =>
        (await readAudit(platform.cluster.auditLog, from)).filter(
          (request) =>
            request.user === platform.identity.user &&
            request.namespace === namespace &&
            request.code === 403 &&
            request.resource === 'pods',
        );
      // The control plane may have a hundred namespaces of other tests to delete first.
      await eventually('a pod to be refused', async () => (await refused()).length > 0, { timeoutMs: 90_000 });
      await eventually('all other pods to be gone', async () => (await platform.api.list(POD, namespace)).length === 1);
      const first = (await refused()).length;
      expect(first).toBeLessThanOrEqual(4);
      await delay(4000);
      expect((await refused()).length).toBe(first);
      expect((await job.read()).metadata.deletionTimestamp).toBeUndefined();

      const log = readFileSync(platform.controller.logFile, 'utf8')
        .split('\n')
        .filter((line) => line.includes(namespace));
      expect(log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
      expect(log.filter((line) => line.includes('is being deleted'))).toHaveLength(1);
    } finally {
      await hold('j-worker-2', null);
    }
    await job.gone();

    async function hold(pod: string, finalizers: readonly string[] | null): Promise<void> {
      await platform.api.patch(POD, namespace, pod, { metadata: { finalizers } });
    }
  }, 180_000);
});
