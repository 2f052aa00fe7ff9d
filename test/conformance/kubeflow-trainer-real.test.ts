import { beforeAll, describe, expect } from '@jest/globals';
import { CLUSTER_TRAINING_RUNTIME, POD } from '../../src/api/kinds.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { kubeflowTrainer } from '../support/kubeflow-trainer.ts';
import { packagesOf, runPython, stepsOf } from '../support/python-client.ts';
import { useRealPlatform } from '../support/real-platform.ts';
import { installedRuntime } from '../support/train-job.ts';

const MINUTES = 60_000;
const port = await freePort();
const { platform, live, possible, image } = useRealPlatform({
  flags: ({ gateway }) => [
    ...['--progress-bind-address', `${gateway}:${port}`],
    ...['--progress-url', `https://${gateway}:${port}`],
  ],
});
let python = '';

const textOf = (step: Record<string, unknown> = {}): string => (step.lines as readonly string[]).join('\n');

beforeAll(async () => {
  if (!possible) return;
  python = await kubeflowTrainer();
  await platform.api.apply(CLUSTER_TRAINING_RUNTIME, installedRuntime('torch-distributed'));
}, 10 * MINUTES);

describe('kubeflow 0.5.0, unchanged, on a real kubelet', () => {
  live(
    '[training 27] [training 32] [training 34] trains a function on two nodes that reports its progress; logs, events, delete',
    async () => {
      const namespace = await platform.namespace();
      const args = [namespace, image(), await packagesOf(python)];
      const printed = await runPython(python, 'test/conformance/kubeflow_trainer_real.py', args, {
        KUBECONFIG: platform.cluster.kubeconfig,
      });
      const steps = stepsOf(printed);
      const name = String(steps.created?.name);

      expect(steps.runtimes).toEqual({ runtimes: expect.objectContaining({ 'torch-distributed': 'torch' }) });
      expect(steps.runtime).toEqual({ kind: 'ClusterTrainingRuntime', nodes: 1 });
      expect(steps.created?.status).toBe('Created');
      expect(steps.running).toEqual({
        status: 'Running',
        steps: expect.arrayContaining([
          ['node-0', expect.stringMatching(`^${name}-node-0-0-`)],
          ['node-1', expect.stringMatching(`^${name}-node-0-1-`)],
        ]),
      });
      expect(steps.following).toEqual({ status: 'Running' });
      const followed = textOf(steps.followed);
      expect(followed).toMatch(/^rank=0 world=2 node=0 of 2$/m);
      expect(followed).toMatch(/^epoch=12 /m);
      expect(Number(/^rank=0 accuracy=(\S+)$/m.exec(followed)?.[1])).toBeGreaterThan(0.85);
      expect(followed).toMatch(/^reported=True$/m);
      expect(steps.complete).toEqual({
        status: 'Complete',
        nodes: 2,
        steps: expect.arrayContaining([
          ['node-0', 'Succeeded'],
          ['node-1', 'Succeeded'],
        ]),
      });
      expect(steps.logs?.lines).toContain('rank=1 world=2 node=1 of 2');
      expect(steps.events?.events).toEqual(expect.arrayContaining(['Pod Created', 'Pod Started']));
      expect(steps.reported?.status).toMatchObject({
        progressPercentage: 16,
        estimatedRemainingSeconds: 120,
        metrics: [
          { name: 'epoch', value: '2' },
          { name: 'loss', value: expect.stringMatching(/^\d\.\d+$/) },
        ],
      });
      expect([steps.listed, steps.deleted]).toEqual([{ listed: true }, { listed: false }]);
      await eventually('no pods', async () => (await platform.api.list(POD, namespace)).length === 0, {
        timeoutMs: MINUTES,
      });
    },
    6 * MINUTES,
  );
});
