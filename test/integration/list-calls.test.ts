import { describe, expect, test } from '@jest/globals';
import { auditPosition, countedWrites, listCalls, readAudit } from '../support/audit-log.ts';
import { ControllerProcess } from '../support/controller-process.ts';
import { eventually } from '../support/eventually.ts';
import { sumOf } from '../support/metrics.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, jobWith, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform({ controller: false });
const JOBS = 12;

/** Starts a controller, waits until it has looked at every job and rests, and hands out what it asked for until then. */
async function startToRest(namespace: string) {
  const { cluster, identity } = platform;
  const position = auditPosition(cluster.auditLog);
  const controller = await ControllerProcess.start({
    kubeconfig: identity.kubeconfig,
    flags: ['--namespace', namespace],
  });
  await eventually('the controller to rest', async () => {
    const text = await controller.metrics();
    return (
      sumOf(text, 'controller_runtime_reconcile_total') >= JOBS &&
      sumOf(text, 'workqueue_depth') === 0 &&
      sumOf(text, 'controller_runtime_active_workers') === 0
    );
  });
  const requests = async () =>
    (await readAudit(cluster.auditLog, position)).filter(({ user }) => user === identity.user);
  return { controller, requests };
}

describe('a controller that comes back to jobs that live', () => {
  test('reads each kind once, however many jobs there are, and writes nothing', async () => {
    const namespace = await platform.namespace();
    const first = await startToRestWithJobs(namespace);
    await first.stop();

    const { controller, requests } = await startToRest(namespace);
    try {
      const lists = listCalls(await requests());
      expect(Object.keys(lists)).toEqual(expect.arrayContaining(['kubeflow.org/pytorchjobs', 'kubeflow.org/tfjobs']));
      expect(new Set(Object.values(lists))).toEqual(new Set([1]));
      expect(countedWrites(await requests(), platform.identity.user)).toEqual([]);
      expect((await requests()).filter(({ verb }) => verb === 'get')).toEqual([]);
    } finally {
      await controller.stop();
    }
  }, 60_000);
});

/** All jobs run, and all their pods are counted. */
async function startToRestWithJobs(namespace: string): Promise<ControllerProcess> {
  const { api, identity } = platform;
  const controller = await ControllerProcess.start({
    kubeconfig: identity.kubeconfig,
    flags: ['--namespace', namespace],
  });
  const jobs = await Promise.all(
    Array.from({ length: JOBS }, (_, index) => {
      const name = `j-${index}`;
      const tf = () => jobWith('TFJob', { namespace, name }, { Chief: 1, Worker: 1 });
      return JobUnderTest.create(api, index % 2 === 0 ? pytorchJob(namespace, name, { worker: 1 }) : tf());
    }),
  );
  for (const job of jobs) {
    await eventually(
      `the pods of ${job.name} to be counted`,
      async () => {
        const { replicaStatuses = {} } = (await job.read()).status ?? {};
        const counts = Object.values(replicaStatuses as Record<string, { active: number }>);
        return counts.length === 2 && counts.every(({ active }) => active === 1);
      },
      { timeoutMs: 40_000 },
    );
  }
  return controller;
}
