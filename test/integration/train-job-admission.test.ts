import { describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { webhookRules } from '../../imports/controller-rules.ts';
import { CLUSTER_TRAINING_RUNTIME, TRAIN_JOB } from '../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import { AdmissionWebhook } from '../../src/constructs/admission-webhook.ts';
import { MlPlatform } from '../../src/constructs/ml-platform.ts';
import { synthesize } from '../../src/constructs/synth.ts';
import { MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION } from '../../src/runtime/webhook.ts';
import { pathOf } from '../support/api.ts';
import { ControllerProcess } from '../support/controller-process.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { grantAlso } from '../support/identity.ts';
import { usePlatform } from '../support/platform.ts';
import { runtimeOf, trainJobOf } from '../support/train-job.ts';

const platform = usePlatform({ controller: false });

interface Configuration extends KubeObject {
  readonly webhooks: readonly {
    readonly clientConfig: { readonly url?: string; readonly service?: { readonly path: string } };
  }[];
}

/** The platform's configurations, called at a port of this machine instead of a Service. */
function configurations(port: number): readonly Configuration[] {
  const app = new App();
  new MlPlatform(new Chart(app, 'c'), 'Platform');
  const objects = synthesize(app).flatMap(({ objects: found }) =>
    found.map((object) => object.toJson() as Configuration),
  );
  return objects
    .filter(({ kind }) => kind.endsWith('WebhookConfiguration'))
    .map((configuration) => ({
      ...configuration,
      webhooks: configuration.webhooks.map(({ clientConfig, ...webhook }) => ({
        ...webhook,
        clientConfig: { url: `https://localhost:${port}${clientConfig.service?.path}` },
      })),
    }));
}

const kindOf = ({ kind }: KubeObject): Kind =>
  kind.startsWith('Mutating') ? MUTATING_WEBHOOK_CONFIGURATION : VALIDATING_WEBHOOK_CONFIGURATION;

describe('the webhook for TrainJobs', () => {
  test('[training 28] refuses in upstream’s words what cannot run, and dates patches', async () => {
    const { api } = platform;
    const port = await freePort();
    const rules = AdmissionWebhook.rules(webhookRules).map(({ group, ...rule }) => ({ apiGroups: [group], ...rule }));
    const ungrant = await grantAlso(api, 'webhook', rules);
    const applied = configurations(port);
    for (const configuration of applied) await api.apply(kindOf(configuration), configuration);
    const controller = await ControllerProcess.start({
      kubeconfig: platform.identity.kubeconfig,
      flags: ['--webhook-bind-address', `127.0.0.1:${port}`],
    });
    const namespace = await platform.namespace();
    const name = `rt-${namespace}`;
    try {
      await eventually('the authority in every configuration', async () => {
        const present = await Promise.all(
          applied.map((one) => api.get(kindOf(one), undefined, one.metadata.name ?? '')),
        );
        return (present as unknown as Configuration[]).every(({ webhooks }) =>
          webhooks.every(({ clientConfig }) => 'caBundle' in clientConfig),
        );
      });
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
      for (const configuration of applied)
        await api.delete(kindOf(configuration), undefined, configuration.metadata.name ?? '');
      await api.delete(CLUSTER_TRAINING_RUNTIME, undefined, name);
      await controller.stop();
      await ungrant();
    }
  }, 120_000);
});
