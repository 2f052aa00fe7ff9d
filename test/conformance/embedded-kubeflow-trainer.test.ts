import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { useEmbeddedPlatform } from '../support/embedded-platform.ts';
import { kubeflowTrainer, TRAINER_TOUR } from '../support/kubeflow-trainer.ts';
import { runPython, stepsOf } from '../support/python-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A folder whose `torchrun` runs the program once, as on a node of one process. */
function torchrun(): string {
  const folder = temporaryFolder('torchrun');
  const file = join(folder, 'torchrun');
  writeFileSync(file, '#!/bin/sh\nexec python3 "$@"\n');
  chmodSync(file, 0o755);
  return folder;
}

const platform = useEmbeddedPlatform({ images: { images: [{ match: '*', path: torchrun() }] } });
let python = '';

beforeAll(async () => {
  python = await kubeflowTrainer();
}, 600_000);

test('[training 34] kubeflow 0.5.0, unchanged: runtimes, a function trained on two nodes, its steps, logs and end', async () => {
  const { kubeconfig } = platform.current;
  const printed = await runPython(python, TRAINER_TOUR, ['default', '2', '--logs'], { KUBECONFIG: kubeconfig });
  const { runtimes, created, running, complete, logs, listed, deleted } = stepsOf(printed);
  expect(runtimes).toEqual({
    runtimes: expect.objectContaining({ 'torch-distributed': 'torch', 'jax-distributed': 'jax' }),
  });
  expect(created).toEqual({ name: expect.any(String), status: 'Created' });
  expect(running).toEqual({ steps: ['node-0', 'node-1'] });
  expect(complete).toEqual({
    status: 'Complete',
    nodes: 2,
    steps: [
      ['node-0', 'Succeeded'],
      ['node-1', 'Succeeded'],
    ],
  });
  const first = `${created?.name}-node-0-0.${created?.name}`;
  const said = (rank: number) =>
    `hello PET_NNODES=2 PET_NODE_RANK=${rank} PET_MASTER_ADDR=${first} PET_MASTER_PORT=29500 PET_NPROC_PER_NODE=1`;
  expect(logs).toEqual({ logs: [said(0), said(1)] });
  expect([listed, deleted]).toEqual([{ listed: true }, { listed: false }]);
}, 300_000);
