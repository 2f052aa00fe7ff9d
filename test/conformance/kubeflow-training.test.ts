import { beforeAll, describe, expect, test } from '@jest/globals';
import { PYTORCH_JOB } from '../../src/api/kinds.ts';
import { eventually } from '../support/eventually.ts';
import { kubeflowTraining, runCarriedTests } from '../support/kubeflow-training.ts';
import { usePlatform } from '../support/platform.ts';
import { runPython } from '../support/python-client.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform();
let python: string;

beforeAll(async () => {
  python = await kubeflowTraining();
}, 600_000);

describe('[training 34] kubeflow-training 1.9.4, unchanged', () => {
  test('creates a PyTorchJob, waits for its conditions, lists and deletes it', async () => {
    const namespace = await platform.namespace();
    const others = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'made-with-kubectl'));
    await others.running(3);

    const job = new JobUnderTest(platform.api, namespace, 'sdk');
    const kubelet = (async () => {
      await eventually('the job', () => platform.api.get(PYTORCH_JOB, namespace, 'sdk'), { timeoutMs: 60_000 });
      await job.condition('Running', 'True', { timeoutMs: 60_000 });
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await job.exit('sdk-worker-0', 0);
      await job.exit('sdk-master-0', 0);
    })();
    const [output] = await Promise.all([
      runPython(
        python,
        'test/conformance/kubeflow_training_job.py',
        [namespace, 'sdk', 'example.org/train:1', '["true"]'],
        {
          KUBECONFIG: platform.cluster.kubeconfig,
        },
      ),
      kubelet,
    ]);
    const steps = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(steps).toEqual([
      { step: 'created' },
      { step: 'running', pods: ['sdk-master-0', 'sdk-worker-0'] },
      { step: 'succeeded', succeeded: true, conditions: ['Created', 'Running', 'Succeeded'] },
      { step: 'listed', jobs: expect.arrayContaining(['sdk', 'made-with-kubectl']) },
      { step: 'deleted', jobs: ['made-with-kubectl'] },
    ]);
  }, 300_000);

  test('passes the tests it carries along, with the packages used here', async () => {
    expect(await runCarriedTests(python)).toMatch(/^=+ \d{3} passed in/m);
  }, 300_000);
});
