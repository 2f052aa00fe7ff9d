import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { PYTORCH_JOB } from '../../src/api/kinds.ts';
import { pathOf } from '../support/api.ts';
import { ControllerProcess } from '../support/controller-process.ts';
import { eventually, settles, stays } from '../support/eventually.ts';
import { sampleOf } from '../support/metrics.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

const run = promisify(execFile);
const platform = usePlatform({ controller: false });

describe('what an operator sees', () => {
  test('[training 35] State and Age are printed, counters move once, and a restart changes nothing', async () => {
    const namespace = await platform.namespace();
    const labels = { job_namespace: namespace, framework: 'pytorch' };
    let controller = await ControllerProcess.start({ kubeconfig: platform.identity.kubeconfig });
    try {
      const job = await JobUnderTest.create(
        platform.api,
        pytorchJob(namespace, 'j', { runPolicy: { ttlSecondsAfterFinished: 3 } }),
      );
      const before = await job.running(3);
      const running = await job.condition('Running');
      expect(sampleOf(await controller.metrics(), 'training_operator_jobs_created_total', labels)).toBe(1);
      await controller.kill();

      controller = await ControllerProcess.start({ kubeconfig: platform.identity.kubeconfig });
      await stays('a job over a restart', async () => (await job.podNames()).length === 3, 1000);
      expect((await job.pods()).map((pod) => pod.metadata.uid)).toEqual(before.map((pod) => pod.metadata.uid));
      expect((await job.read()).status.conditions).toEqual(running.status.conditions);

      await job.exit('j-master-0', 0);
      await job.condition('Succeeded');
      await settles(async () =>
        expect(sampleOf(await controller.metrics(), 'training_operator_jobs_successful_total', labels)).toBe(1),
      );
      expect(sampleOf(await controller.metrics(), 'training_operator_jobs_failed_total', labels) ?? 0).toBe(0);

      await expect(columnsOf(namespace)).resolves.toEqual([
        ['Name', 'j'],
        ['State', 'Succeeded'],
        ['Age', expect.any(String)],
      ]);

      await eventually(
        'the counter of deleted jobs',
        async () => sampleOf(await controller.metrics(), 'training_operator_jobs_deleted_total', labels) === 1,
      );
    } finally {
      await controller.stop();
    }
  }, 60_000);

  test('the bundle under the heap limits of the image is ready within two seconds and rests below 100 MB', async () => {
    await run(process.execPath, ['scripts/build.ts'], { env: { ...process.env, NODE_OPTIONS: '' } });
    const controller = await ControllerProcess.start({
      kubeconfig: platform.identity.kubeconfig,
      program: 'build/bundle/armature.mjs',
      nodeOptions: '--max-old-space-size=80 --max-semi-space-size=2',
    });
    try {
      expect(controller.readyAfterMs).toBeLessThan(2000);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect(sampleOf(await controller.metrics(), 'process_resident_memory_bytes') ?? Number.NaN).toBeLessThan(100e6);
    } finally {
      expect(await controller.stop()).toBe(0);
    }
  }, 30_000);
});

/** What `kubectl get pytorchjobs` prints: each column with its first cell. */
async function columnsOf(namespace: string): Promise<[string, string][]> {
  const answer = await platform.api.raw('GET', pathOf(PYTORCH_JOB, namespace), undefined, 'application/json', {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  });
  const table = JSON.parse(answer.text) as { columnDefinitions: { name: string }[]; rows: { cells: unknown[] }[] };
  return table.columnDefinitions.map((column, index) => [column.name, String(table.rows[0]?.cells[index])]);
}
