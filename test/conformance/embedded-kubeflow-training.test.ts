import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { NAMESPACE, POD } from '../../src/api/kinds.ts';
import { useEmbeddedPlatform } from '../support/embedded-platform.ts';
import { eventually } from '../support/eventually.ts';
import { kubeflowTraining, runUpstreamTest, upstreamClientTests } from '../support/kubeflow-training.ts';
import { runPython, stepsOf } from '../support/python-client.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { PADDLE_PROGRAM, TENSORFLOW_PROGRAM, XGBOOST_PROGRAM } from '../support/stand-in-programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Rank 0 waits for the others at the address that all are told, as torch.distributed does, and adds up their ranks. */
const PROGRAM = `
import os, socket, time
rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
print(f"rank={rank} world={world}", flush=True)
if rank == 0:
    total = 0
    with socket.create_server(("", address[1])) as server:
        for _ in range(world - 1):
            with server.accept()[0] as peer:
                total += int(peer.recv(16))
    for step in range(16):
        print(f"step {step}", flush=True)
        time.sleep(0.5)
    print(f"sum={total}", flush=True)
else:
    for _ in range(100):
        try:
            with socket.create_connection(address) as peer:
                peer.sendall(str(rank).encode())
            break
        except OSError:
            time.sleep(0.1)
    else:
        raise SystemExit("rank 0 did not answer")
    time.sleep(8)
`;

/** Fails without the environment of a JAX process. */
const JAX_ENVIRONMENT =
  'import os; print(*(os.environ[n] for n in ("COORDINATOR_ADDRESS", "NUM_PROCESSES", "PROCESS_ID")))';

/** Upstream's tests that need no gang scheduler, and no torchrun on this machine. */
const UPSTREAM = [
  'test_e2e_pytorchjob.py::test_sdk_e2e',
  'test_e2e_pytorchjob.py::test_sdk_e2e_managed_by',
  'test_e2e_pytorchjob.py::test_sdk_e2e_create_from_image',
  'test_e2e_jaxjob.py::test_sdk_e2e',
  'test_e2e_tfjob.py::test_sdk_e2e',
  'test_e2e_xgboostjob.py::test_sdk_e2e',
  'test_e2e_paddlejob.py::test_sdk_e2e',
] as const;

/** They mostly wait. */
const AT_A_TIME = 3;

/** What stands for upstream's images, which are not pulled here. */
const images = {
  images: [
    { match: '*pytorch-dist-mnist*', host: true, entrypoint: ['python3', '-c', PROGRAM] },
    { match: '*jaxjob-dist-spmd-mnist*', host: true, entrypoint: ['python3', '-c', JAX_ENVIRONMENT] },
    { match: '*xgboost-dist-iris*', host: true, entrypoint: ['python3', '-c', XGBOOST_PROGRAM] },
    { match: '*tf-mnist-with-summaries*', path: pythonThatRuns(TENSORFLOW_PROGRAM) },
    { match: '*paddlepaddle/paddle*', path: pythonThatRuns(PADDLE_PROGRAM) },
    { match: '*hello-world*', host: true, cmd: ['echo', 'Hello!'] },
    { match: '*', host: true },
  ],
};
const platform = useEmbeddedPlatform({ images });
let python = '';

beforeAll(async () => {
  python = await kubeflowTraining();
}, 600_000);

describe('[training 34] kubeflow-training 1.9.4, unchanged, on the embedded cluster with pods as processes', () => {
  test('creates a PyTorchJob, waits, follows and reads its logs, sees its events and pods, and deletes it', async () => {
    const { client, kubeconfig } = platform.current;
    const args = ['default', 'sdk', 'example.org/train:1', JSON.stringify(['python3', '-c', PROGRAM]), '--logs'];
    const printed = await runPython(python, 'test/conformance/kubeflow_training_job.py', args, {
      KUBECONFIG: kubeconfig,
    });
    const steps = stepsOf(printed);
    expect(Object.keys(steps)).toEqual([
      'created',
      'running',
      'followed',
      'succeeded',
      'logs',
      'worker',
      'listed',
      'deleted',
    ]);
    expect(steps.running).toEqual({ pods: ['sdk-master-0', 'sdk-worker-0'] });
    expect(printed).toMatch(/^\[Pod sdk-master-0\]: step 3$/m);
    expect(steps.followed).toEqual({ logs: { 'sdk-master-0': expect.stringMatching(/sum=1/) } });
    expect(steps.succeeded).toEqual({ succeeded: true, conditions: ['Created', 'Running', 'Succeeded'] });
    expect(steps.logs?.logs).toEqual({
      'sdk-master-0': expect.stringMatching(/rank=0 world=2/),
      'sdk-worker-0': expect.stringMatching(/rank=1 world=2/),
    });
    expect(steps.logs?.events).toMatchObject({
      'pytorchjob/sdk': expect.arrayContaining([expect.stringContaining('Created pods: sdk-master-0, sdk-worker-0')]),
      'pod/sdk-master-0': expect.anything(),
    });
    expect(steps.worker).toEqual({ pods: [{ name: 'sdk-worker-0', phase: 'Succeeded' }] });
    expect(steps.deleted).toEqual({ jobs: [] });
    await eventually('no pods', async () => (await client.list(POD, {})).items.length === 0);
  }, 300_000);
});

describe('[training 34] upstream’s own tests of that client, on the embedded cluster', () => {
  let reportOf: (id: string) => Promise<string>;
  let runs = 0;

  beforeAll(async () => {
    const folder = await upstreamClientTests();
    reportOf = sideBySide(UPSTREAM, AT_A_TIME, async (id) => {
      const { client, kubeconfig } = platform.current;
      const namespace = `upstream-${runs++}`;
      await client.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      return runUpstreamTest(python, folder, id, namespace, kubeconfig);
    });
  }, 300_000);

  test.each(UPSTREAM)('%s', async (id) => expect(await reportOf(id)).toMatch(/\b1 passed/), 300_000);
});

/** A folder whose `python` runs this program, whatever it is asked to run. */
function pythonThatRuns(program: string): string {
  const folder = temporaryFolder('python');
  const file = join(folder, 'python');
  writeFileSync(file, `#!/usr/bin/env python3\n${program}`);
  chmodSync(file, 0o755);
  return folder;
}
