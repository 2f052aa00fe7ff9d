import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import {
  CLUSTER_TRAINING_RUNTIME,
  CUSTOM_RESOURCE_DEFINITION,
  NAMESPACE,
  POD,
  SERVICE_ACCOUNT,
  TRAIN_JOB,
} from '../../src/api/kinds.ts';
import { conditionOf, type Kind, type KubeObject } from '../../src/api/kube.ts';
import { EXIT_CODE, RUN_SECONDS } from '../../src/cluster/fake-nodes.ts';
import { MlPlatform, synthesize, TrainingRuntimes } from '../../src/constructs/index.ts';
import { VALIDATING_WEBHOOK_CONFIGURATION } from '../../src/runtime/webhook.ts';
import { type Loose, pathOf } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { shippedRuntime, trainJobOf } from '../support/train-job.ts';
import { serveAdmission } from '../support/webhook.ts';

/** What the test looks for when it is told `-operator=kubeflow-trainer`. */
const OPERATOR = {
  namespace: 'kubeflow-system',
  label: ['app.kubernetes.io/name', 'kubeflow-trainer'],
  crd: 'trainjobs.trainer.kubeflow.org',
  webhook: 'validator.trainer.kubeflow.org',
  runtime: 'torch-distributed',
} as const;
const DEPLOYMENT: Kind = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true };
const MINUTES = 60_000;

let namespace = '';
let stop = async (): Promise<void> => {};

/** Registered before the platform's own, which ends the client. */
afterAll(async () => {
  const { api } = platform;
  await stop();
  await api.delete(CLUSTER_TRAINING_RUNTIME, undefined, OPERATOR.runtime);
  await api.delete(DEPLOYMENT, OPERATOR.namespace, 'armature-controller');
}, MINUTES);

const platform = usePlatform({ controller: false });

/** The platform as docs/constructs/ml-platform.md says to install it for the test, but for tolerations of fake nodes. */
function installation(): KubeObject[] {
  const app = new App();
  const construct = new MlPlatform(new Chart(app, 'platform'), 'Platform', {
    namespace: OPERATOR.namespace,
    podLabels: { [OPERATOR.label[0]]: OPERATOR.label[1] },
  });
  const tolerations = JsonPatch.add('/spec/template/spec/tolerations', [{ operator: 'Exists' }]);
  ApiObject.of(construct.controller.deployment).addJsonPatch(tolerations);
  new TrainingRuntimes(new Chart(app, 'runtimes'), 'Runtimes', { platform: construct });
  return synthesize(app).flatMap(({ objects }) => objects.map((object) => object.toJson() as KubeObject));
}

beforeAll(async () => {
  const { api } = platform;
  const objects = installation();
  const one = (kind: string) => objects.find((object) => object.kind === kind) as KubeObject;
  await api.apply(NAMESPACE, one('Namespace'));
  await api.apply(SERVICE_ACCOUNT, one('ServiceAccount'));
  await api.apply(DEPLOYMENT, one('Deployment'));
  const shipped = objects.some(
    ({ kind, metadata }) => kind === CLUSTER_TRAINING_RUNTIME.kind && metadata.name === OPERATOR.runtime,
  );
  if (!shipped) throw new Error(`the installation has no runtime ${OPERATOR.runtime}`);
  await api.apply(CLUSTER_TRAINING_RUNTIME, shippedRuntime(OPERATOR.runtime, { [EXIT_CODE]: '0', [RUN_SECONDS]: '1' }));
  stop = await serveAdmission(platform, objects);
  namespace = await platform.namespace();
}, 3 * MINUTES);

/**
 * The programme's own test is a Go module that is not published. These are its steps, one by one, with the names, the words
 * and the patience that it has; pods of the platform's Deployment run on fake nodes, and the controller as a process.
 * @see https://github.com/kubernetes-sigs/ai-conformance (test/crd_controller_test.go, TestRobustCRDControllerOperation)
 */
describe('CNCF AI conformance: robust CRD and controller operation', () => {
  const path = () => pathOf(TRAIN_JOB, namespace);
  const jobOf = (name: string, runtime: string) =>
    trainJobOf(namespace, name, {
      runtimeRef: { name: runtime, apiGroup: 'trainer.kubeflow.org', kind: 'ClusterTrainingRuntime' },
    });

  test(
    'the operator’s pods are ready',
    async () => {
      const ready = await eventually(
        'ready pods',
        async () => {
          const pods = await platform.api.list(POD, OPERATOR.namespace, OPERATOR.label.join('='));
          return pods.length > 0 && pods.every((pod) => conditionOf(pod, 'Ready')?.status === 'True') && pods;
        },
        { timeoutMs: 5 * MINUTES },
      );
      expect(ready).toHaveLength(1);
    },
    6 * MINUTES,
  );

  test('its CRD is established', async () => {
    const crd = await platform.api.get(CUSTOM_RESOURCE_DEFINITION, undefined, OPERATOR.crd);
    expect(conditionOf(crd as Loose, 'Established')?.status).toBe('True');
  });

  test('its webhooks have rules and an authority', async () => {
    const found = await platform.api.get(VALIDATING_WEBHOOK_CONFIGURATION, undefined, OPERATOR.webhook);
    const { webhooks } = found as unknown as {
      webhooks: { name: string; rules?: unknown[]; clientConfig: { caBundle?: string } }[];
    };
    expect(webhooks.length).toBeGreaterThan(0);
    for (const { rules, clientConfig } of webhooks) {
      expect(rules?.length).toBeGreaterThan(0);
      expect(clientConfig.caBundle?.length).toBeGreaterThan(0);
    }
  });

  test('a TrainJob without a runtime is refused by the webhook', async () => {
    const { code, text } = await platform.api.raw('POST', path(), jobOf('invalid-cr', 'does-not-exist-runtime'));
    expect(code).toBeGreaterThanOrEqual(400);
    const { kind, message } = JSON.parse(text) as { kind: string; message: string };
    expect(kind).toBe('Status');
    expect(message.toLowerCase()).toContain('denied the request');
    expect(message.toLowerCase()).toContain('admission webhook');
  });

  test(
    'a TrainJob of the runtime that comes along completes',
    async () => {
      expect(await platform.api.get(CLUSTER_TRAINING_RUNTIME, undefined, OPERATOR.runtime)).toBeDefined();
      const created = await platform.api.raw('POST', path(), jobOf('valid-cr', OPERATOR.runtime));
      expect(created.code).toBe(201);
      const ended = await eventually(
        'the end of the TrainJob',
        async () => {
          const job = await platform.api.get(TRAIN_JOB, namespace, 'valid-cr');
          return job && ['Complete', 'Failed'].some((type) => conditionOf(job, type)?.status === 'True') && job;
        },
        { timeoutMs: 3 * MINUTES },
      );
      expect(conditionOf(ended, 'Failed')?.status).not.toBe('True');
      expect(conditionOf(ended, 'Complete')?.status).toBe('True');
      await platform.api.delete(TRAIN_JOB, namespace, 'valid-cr');
    },
    4 * MINUTES,
  );

  test(
    'its namespace goes within two minutes',
    async () => {
      await platform.api.delete(NAMESPACE, undefined, namespace);
      const gone = async () => (await platform.api.get(NAMESPACE, undefined, namespace)) === undefined;
      await eventually('the namespace to be gone', gone, { timeoutMs: 2 * MINUTES });
    },
    3 * MINUTES,
  );
});
