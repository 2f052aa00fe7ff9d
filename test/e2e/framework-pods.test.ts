import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect } from '@jest/globals';
import { ensureTrainingEnvironment } from '../../src/cli/python/training-environment.ts';
import { stderrLog } from '../../src/runtime/progress.ts';
import { packagesOf, pythonWith } from '../support/python-client.ts';
import { type JobShape, JobUnderTest, jaxJob, jobWith } from '../support/pytorch-job.ts';
import { useRealPlatform } from '../support/real-platform.ts';
import { podLog } from '../support/training-log.ts';

const MINUTES = 60_000;
const PATIENT = { timeoutMs: 4 * MINUTES, everyMs: 500 };
const JAX_PROGRAM = readFileSync('images/training-jax/digits.py', 'utf8');

const { platform, live, possible, image } = useRealPlatform();

/** Pods of the image that run a program with packages of this machine, and (`-S`) without those of the image. */
function shapeOf(packages: string, program: string, env: Record<string, string> = {}): JobShape {
  return {
    pod: { tolerations: [], volumes: [{ name: 'packages', hostPath: { path: packages, type: 'Directory' } }] },
    container: {
      image: image(),
      imagePullPolicy: 'IfNotPresent',
      command: ['python3', '-S', '-c', program],
      volumeMounts: [{ name: 'packages', mountPath: '/packages', readOnly: true }],
      env: Object.entries({ PYTHONPATH: '/packages', ...env }).map(([name, value]) => ({ name, value })),
    },
  };
}

/** The program that the documentation shows, with a model in place of its dots. */
function xgboostProgram(): string {
  const page = readFileSync('docs/constructs/distributed-training-job.md', 'utf8');
  const shown = /```python\n(?<program>import os\nimport xgboost[\s\S]*?)```/.exec(page)?.groups?.program;
  if (!shown?.includes('    ...')) throw new Error('the page on training jobs shows no XGBoost program any more');
  const model = `
    import numpy
    x = numpy.random.default_rng(7).normal(size=(3000, 4))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    mine = slice(rank, 2400, world)
    counts = xgboost.collective.allreduce(numpy.array([len(x[mine])]), xgboost.collective.Op.SUM)
    booster = xgboost.train({"max_depth": 4, "nthread": 1}, xgboost.DMatrix(x[mine], y[mine]), num_boost_round=30)
    right = ((booster.predict(xgboost.DMatrix(x[2400:])) > 0.5) == y[2400:]).mean()
    print(f"rank={xgboost.collective.get_rank()} pod={rank} rows={counts[0]} accuracy={right:.3f}", flush=True)`;
  return shown.replace(/^ {4}\.\.\..*$/m, model);
}

describe('frameworks in pods', () => {
  let jaxPackages = '';
  let xgboostPackages = '';

  beforeAll(async () => {
    if (!possible) return;
    jaxPackages = await packagesOf((await ensureTrainingEnvironment(stderrLog)).python);
    xgboostPackages = await packagesOf(await pythonWith(['xgboost-cpu==3.2.0', 'numpy==2.4.6', 'scipy==1.17.0']));
  }, 15 * MINUTES);

  live(
    '[training 11] three JAX processes, each in its pod, add up their gradients over gloo and train digits',
    async () => {
      const namespace = await platform.namespace();
      const shape = shapeOf(jaxPackages, JAX_PROGRAM, { EPOCHS: '8' });
      const job = await JobUnderTest.create(platform.api, jaxJob(namespace, 'j', { ...shape, worker: 3 }));
      await job.condition('Succeeded', 'True', PATIENT);
      for (const rank of [0, 1, 2])
        expect(await podLog(platform.api, namespace, `j-worker-${rank}`)).toMatch(
          new RegExp(`^rank=${rank} world=3 samples=`, 'm'),
        );
      const accuracy = /^accuracy=(\S+)$/m.exec(await podLog(platform.api, namespace, 'j-worker-0'))?.[1];
      expect(Number(accuracy)).toBeGreaterThan(0.9);
    },
    6 * MINUTES,
  );

  live(
    '[training 9] XGBoost trains one model on the shares of three pods, with the program of the documentation',
    async () => {
      const namespace = await platform.namespace();
      const shape = shapeOf(xgboostPackages, xgboostProgram());
      const job = await JobUnderTest.create(
        platform.api,
        jobWith(
          'XGBoostJob',
          { namespace, name: 'x' },
          { Master: 1, Worker: 2 },
          { ...shape, restartPolicy: 'OnFailure' },
        ),
      );
      await job.condition('Succeeded', 'True', PATIENT);
      const logs = await Promise.all(
        ['x-master-0', 'x-worker-0', 'x-worker-1'].map((pod) => podLog(platform.api, namespace, pod)),
      );
      const said = logs.map((log) => /rank=(\d) pod=(\d) rows=(\d+) accuracy=(\S+)/.exec(log)?.slice(1));
      expect(said.map((words) => words?.slice(0, 3))).toEqual([0, 1, 2].map((rank) => [`${rank}`, `${rank}`, '2400']));
      expect(new Set(said.map((words) => words?.[3])).size).toBe(1);
      expect(Number(said[0]?.[3])).toBeGreaterThan(0.9);
    },
    6 * MINUTES,
  );
});
