import { beforeAll, expect, test } from '@jest/globals';
import { CLUSTER_TRAINING_RUNTIME } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
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

/** The runtimes of the second tour: how their pods end, and without volumes that nobody provides here. */
const OTHERS = { 'torchtune-llama3.2-1b': '0', 'deepspeed-distributed': '0', 'jax-distributed': '1' } as const;

function other(name: keyof typeof OTHERS): KubeObject {
  const runtime = shippedRuntime(name, { [EXIT_CODE]: OTHERS[name], [RUN_SECONDS]: '1' });
  const { spec } = runtime.spec.template;
  delete spec.volumeClaimPolicies;
  for (const { template } of spec.replicatedJobs) {
    template.spec.backoffLimit = 0;
    template.spec.template.spec.volumes = [{ name: 'initializer', emptyDir: {} }];
  }
  return runtime;
}

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

test('[training 34] kubeflow 0.5.0, unchanged: a model tuned from initializers, MPI nodes as steps, and a job that fails', async () => {
  const namespace = await platform.namespace();
  const names = Object.keys(OTHERS) as (keyof typeof OTHERS)[];
  await Promise.all(names.map((name) => platform.api.apply(CLUSTER_TRAINING_RUNTIME, other(name))));
  const tour = 'test/conformance/kubeflow_trainer_steps.py';
  const printed = await runPython(python, tour, [namespace], { KUBECONFIG: platform.cluster.kubeconfig }).finally(() =>
    Promise.all(names.map((name) => platform.api.delete(CLUSTER_TRAINING_RUNTIME, undefined, name))),
  );
  const { tuned, launched, failed, deleted } = stepsOf(printed);
  const succeeded = (...steps: string[]) => steps.map((step) => [step, 'Succeeded']);
  expect(tuned).toMatchObject({
    status: 'Complete',
    nodes: 1,
    steps: succeeded('dataset-initializer', 'model-initializer', 'node-0'),
  });
  expect(launched).toMatchObject({ status: 'Complete', nodes: 3, steps: succeeded('node-0', 'node-1', 'node-2') });
  expect(failed).toMatchObject({ error: `TrainJob ${failed?.name} is Failed`, status: 'Failed' });
  expect(deleted).toEqual({ jobs: [] });
}, 300_000);
