import { describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { CLUSTER_TRAINING_RUNTIME, TRAIN_JOB } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import { MlPlatform } from '../../src/constructs/ml-platform.ts';
import { synthesize } from '../../src/constructs/synth.ts';
import { pathOf } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { runtimeOf, trainJobOf } from '../support/train-job.ts';
import { serveAdmission } from '../support/webhook.ts';

const platform = usePlatform({ controller: false });

function platformObjects(): KubeObject[] {
  const app = new App();
  new MlPlatform(new Chart(app, 'c'), 'Platform');
  return synthesize(app).flatMap(({ objects }) => objects.map((object) => object.toJson() as KubeObject));
}

describe('the webhook for TrainJobs', () => {
  test('[training 28] refuses in upstream’s words what cannot run, and dates patches', async () => {
    const { api } = platform;
    const stop = await serveAdmission(platform, platformObjects());
    const namespace = await platform.namespace();
    const name = `rt-${namespace}`;
    try {
      const post = (job: KubeObject) => api.raw('POST', pathOf(TRAIN_JOB, namespace), job);
      const refusal = await eventually('a refusal', async () => {
        const { code, text } = await post(trainJobOf(namespace, 'j', { runtimeRef: { name: 'nowhere' } }));
        if (code === 201) await api.delete(TRAIN_JOB, namespace, 'j');
        return code === 201 ? undefined : text;
      });
      expect(refusal).toContain('admission webhook \\"validator.trainjob.trainer.kubeflow.org\\" denied the request');
      expect(refusal).toContain('specified clusterTrainingRuntime must be created before the TrainJob is created');

      await api.create(CLUSTER_TRAINING_RUNTIME, runtimeOf(name));
      const runtimePatches = [{ manager: 'example.com/a' }];
      const taken = await api.create(
        TRAIN_JOB,
        trainJobOf(namespace, 'j', { runtimeRef: { name }, suspend: true, runtimePatches }),
      );
      expect(taken.spec.runtimePatches).toEqual([
        { manager: 'example.com/a', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/) },
      ]);
      const reserved = await post(
        trainJobOf(namespace, 'k', { runtimeRef: { name }, trainer: { env: [{ name: 'PET_NNODES', value: '1' }] } }),
      );
      expect(reserved.text).toContain('must not have reserved envs');
      const { text } = await api.raw('POST', pathOf(CLUSTER_TRAINING_RUNTIME), {
        ...runtimeOf(`${name}-bad`),
        spec: {
          template: {
            spec: {
              replicatedJobs: [
                {
                  name: 'node',
                  replicas: 2,
                  template: {
                    metadata: { labels: { 'trainer.kubeflow.org/trainjob-ancestor-step': 'trainer' } },
                    spec: { template: { spec: { containers: [{ name: 'node' }] } } },
                  },
                },
              ],
            },
          },
        },
      });
      expect(text).toContain('always must be 1');
    } finally {
      await api.delete(CLUSTER_TRAINING_RUNTIME, undefined, name);
      await stop();
    }
  }, 120_000);
});
