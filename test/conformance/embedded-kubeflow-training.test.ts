import { beforeAll, describe, expect, test } from '@jest/globals';
import { POD } from '../../src/api/kinds.ts';
import { useEmbeddedPlatform } from '../support/embedded-platform.ts';
import { eventually } from '../support/eventually.ts';
import { kubeflowTraining } from '../support/kubeflow-training.ts';
import { runPython } from '../support/python-client.ts';

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

const platform = useEmbeddedPlatform();
let python = '';

beforeAll(async () => {
  python = await kubeflowTraining();
}, 600_000);

describe('kubeflow-training 1.9.4, unchanged, on the embedded cluster with pods as processes', () => {
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

function stepsOf(printed: string): Record<string, Record<string, unknown>> {
  const lines = printed.split('\n').filter((line) => line.startsWith('{"step"'));
  return Object.fromEntries(
    lines.map((line) => {
      const { step, ...values } = JSON.parse(line) as { step: string };
      return [step, values];
    }),
  );
}
