import { beforeAll, expect, test } from '@jest/globals';
import { CLUSTER_TRAINING_RUNTIME } from '../../src/api/kinds.ts';
import { EXIT_CODE, RUN_SECONDS } from '../../src/cluster/fake-nodes.ts';
import { kubeflowTrainer, TRAINER_TOUR } from '../support/kubeflow-trainer.ts';
import { usePlatform } from '../support/platform.ts';
import { runPython, stepsOf } from '../support/python-client.ts';
import { shippedRuntime } from '../support/train-job.ts';

const platform = usePlatform();
const NAME = 'torch-distributed';
let python = '';

/** Pods that end well after three seconds. */
const SHORT = { [EXIT_CODE]: '0', [RUN_SECONDS]: '3' };

beforeAll(async () => {
  python = await kubeflowTrainer();
  await platform.api.apply(CLUSTER_TRAINING_RUNTIME, shippedRuntime(NAME, SHORT));
}, 600_000);

test('[training 34] kubeflow 0.5.0, unchanged, on a real API server with Kubernetes’ own Jobs', async () => {
  const namespace = await platform.namespace();
  const { kubeconfig } = platform.cluster;
  const printed = await runPython(python, TRAINER_TOUR, [namespace, '2'], { KUBECONFIG: kubeconfig }).finally(() =>
    platform.api.delete(CLUSTER_TRAINING_RUNTIME, undefined, NAME),
  );
  const { created, running, complete, listed, deleted } = stepsOf(printed);
  expect(created?.status).toBe('Created');
  expect(running).toEqual({ steps: ['node-0', 'node-1'] });
  expect(complete).toMatchObject({ status: 'Complete', nodes: 2 });
  expect([listed, deleted]).toEqual([{ listed: true }, { listed: false }]);
}, 300_000);
