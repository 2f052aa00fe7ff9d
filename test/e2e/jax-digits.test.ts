import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { ensureTrainingEnvironment } from '../../src/cli/python/training-environment.ts';
import { stderrLog } from '../../src/runtime/progress.ts';
import { jax } from '../../src/training/kinds/jax.ts';
import { planJob } from '../../src/training/plan.ts';
import { freePort } from '../support/free-port.ts';
import { environmentOf, jaxJob } from '../support/pytorch-job.ts';

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, '../../images/training-jax/digits.py');

let python: string;
beforeAll(async () => {
  python = (await ensureTrainingEnvironment(stderrLog)).python;
}, 600_000);

/** The environments that the controller would give to the pods, on this machine's loopback address. */
async function environments(processes: number): Promise<Record<string, string>[]> {
  const port = await freePort();
  const ports = [{ name: 'jaxjob-port', containerPort: port }];
  const object = jaxJob('ns', 'j', { worker: processes, container: { ports } });
  const { children } = planJob(jax)({ object: object as never, children: [], lookups: {} }, 0);
  return children
    .filter((child) => child.kind === 'Pod')
    .map((pod) => ({ ...environmentOf(pod as never), COORDINATOR_ADDRESS: '127.0.0.1' }));
}

test.each([1, 2])(
  '[training 11] %d processes with the controller’s environment train digits together, over gloo',
  async (processes) => {
    const started = await environments(processes);
    const outputs = await Promise.all(
      started.map((env) => run(python, [SCRIPT], { env: { ...process.env, ...env }, timeout: 240_000 })),
    );
    for (const [rank, { stdout }] of outputs.entries())
      expect(stdout).toContain(`rank=${rank} world=${processes} samples=`);
    const lines = outputs[0]!.stdout.trim().split('\n');
    expect(lines.filter((line) => /^epoch=\d+ loss=\d\.\d{4} accuracy=0\.\d{4}$/.test(line))).toHaveLength(20);
    const accuracy = Number(/^accuracy=(0\.\d{4})$/.exec(lines.at(-1) ?? '')?.[1]);
    expect(accuracy).toBeGreaterThan(0.95);
  },
  300_000,
);
