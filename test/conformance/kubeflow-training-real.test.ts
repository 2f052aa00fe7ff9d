import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect } from '@jest/globals';
import { KUBECTL_IMAGE } from '../../scripts/images/kubectl-image.ts';
import { POD } from '../../src/api/kinds.ts';
import { eventually } from '../support/eventually.ts';
import { kubeflowTraining, runUpstreamTest, upstreamClientTests } from '../support/kubeflow-training.ts';
import { runPython, stepsOf } from '../support/python-client.ts';
import { useRealPlatform } from '../support/real-platform.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { MPI_COMMAND, PADDLE_PROGRAM, TENSORFLOW_PROGRAM, XGBOOST_PROGRAM } from '../support/stand-in-programs.ts';
import { withoutRegistry } from '../support/without-registry.ts';

const MINUTES = 60_000;
/** They mostly wait. */
const AT_A_TIME = 3;
const DIGITS = readFileSync('images/training-torch/digits.py', 'utf8');
const { platform, live, possible, image } = useRealPlatform({
  images: ['--training', '--mpi'],
  flags: ['--mpi-kubectl-delivery-image', KUBECTL_IMAGE],
});

/** Fails without the environment of a JAX process; that such processes find each other is proved with JAX itself. */
const JAX_ENVIRONMENT =
  'import os; print(*(os.environ[n] for n in ("COORDINATOR_ADDRESS", "NUM_PROCESSES", "PROCESS_ID")))';

/** Upstream's tests that need no gang scheduler. */
const UPSTREAM = [
  'test_e2e_pytorchjob.py::test_sdk_e2e',
  'test_e2e_pytorchjob.py::test_sdk_e2e_managed_by',
  'test_e2e_pytorchjob.py::test_sdk_e2e_create_from_func',
  'test_e2e_pytorchjob.py::test_sdk_e2e_create_from_image',
  'test_e2e_jaxjob.py::test_sdk_e2e',
  'test_e2e_tfjob.py::test_sdk_e2e',
  'test_e2e_xgboostjob.py::test_sdk_e2e',
  'test_e2e_paddlejob.py::test_sdk_e2e',
  'test_e2e_mpijob.py::test_sdk_e2e',
] as const;

let python = '';

beforeAll(async () => {
  if (possible) python = await kubeflowTraining();
}, 10 * MINUTES);

describe('[training 34] kubeflow-training 1.9.4, unchanged, on a real kubelet', () => {
  live(
    'creates a PyTorchJob, waits, follows and reads its logs, sees its events and pods, and deletes it',
    async () => {
      const namespace = await platform.namespace();
      const command = ['env', 'EPOCHS=8', 'PAUSE_SECONDS=0.5', 'python3', '-c', DIGITS];
      const args = [namespace, 'sdk', image(), JSON.stringify(command), '--logs'];
      const printed = await runPython(python, 'test/conformance/kubeflow_training_job.py', args, {
        KUBECONFIG: platform.cluster.kubeconfig,
      });
      const steps = stepsOf(printed);

      expect(steps.running).toEqual({ pods: ['sdk-master-0', 'sdk-worker-0'] });
      expect(printed).toMatch(/^\[Pod sdk-master-0\]: epoch=8 /m);
      expect(steps.followed).toEqual({ logs: { 'sdk-master-0': expect.stringMatching(/accuracy=0\.9/) } });
      expect(steps.succeeded).toEqual({ succeeded: true, conditions: ['Created', 'Running', 'Succeeded'] });
      expect(steps.logs?.logs).toEqual({
        'sdk-master-0': expect.stringMatching(/rank=0 world=2/),
        'sdk-worker-0': expect.stringMatching(/rank=1 world=2/),
      });
      expect(steps.logs?.events).toEqual({
        'pytorchjob/sdk': expect.arrayContaining([expect.stringContaining('Created pods: sdk-master-0, sdk-worker-0')]),
        'pod/sdk-master-0': expect.anything(),
        'pod/sdk-worker-0': expect.anything(),
      });
      expect(steps.worker).toEqual({ pods: [{ name: 'sdk-worker-0', phase: 'Succeeded' }] });
      expect(steps.deleted).toEqual({ jobs: [] });
      await eventually('no pods', async () => (await platform.api.list(POD, namespace)).length === 0, {
        timeoutMs: 60_000,
      });
    },
    6 * MINUTES,
  );
});

describe('[training 34] upstream’s own tests of that client', () => {
  let reportOf: (id: string) => Promise<string>;

  beforeAll(async () => {
    if (!possible) return;
    const folder = await upstreamClientTests();
    await withoutRegistry(platform.api, [
      { instead: 'pytorch-dist-mnist', image: image(), command: ['env', 'EPOCHS=5', 'python3', '-c', DIGITS] },
      { instead: 'jaxjob-dist-spmd-mnist', image: image(), command: ['python3', '-c', JAX_ENVIRONMENT] },
      { instead: 'tf-mnist-with-summaries', image: image(), command: ['python3', '-c', TENSORFLOW_PROGRAM] },
      { instead: 'xgboost-dist-iris', image: image(), command: ['python3', '-c', XGBOOST_PROGRAM] },
      { instead: 'paddlepaddle/paddle', image: image(), command: ['python3', '-c', PADDLE_PROGRAM] },
      { instead: 'horovod/horovod', image: image('mpi'), command: MPI_COMMAND },
      { instead: 'hello-world', image: image(), command: ['echo', 'Hello!'] },
      { instead: 'docker.io/pytorch/pytorch', image: image() },
    ]);
    reportOf = sideBySide(UPSTREAM, AT_A_TIME, async (id) => {
      const namespace = await platform.namespace();
      return runUpstreamTest(python, folder, id, namespace, platform.cluster.kubeconfig);
    });
  }, 5 * MINUTES);

  for (const id of UPSTREAM) {
    live(id, async () => expect(await reportOf(id)).toMatch(/\b1 passed/), 6 * MINUTES);
  }
});
