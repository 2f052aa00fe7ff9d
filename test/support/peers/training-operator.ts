import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SECRET } from '../../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../../src/api/kube.ts';
import { type ClusterInfo, ensureBinaries, type Recipe, serviceAccountKubeconfig } from '../../../src/cluster/index.ts';
import type { Api } from '../api.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { installAccount } from './account.ts';
import { type Runner, startPeer } from './peer-process.ts';

export const TRAINING_OPERATOR_VERSION = 'v1.9.4';
export const TRAINING_OPERATOR: Recipe = {
  name: 'training-operator',
  modules: [`github.com/kubeflow/training-operator@${TRAINING_OPERATOR_VERSION}`],
  programs: { 'training-operator': 'github.com/kubeflow/training-operator/cmd/training-operator.v1' },
};

/** Its home, and where it keeps its certificate; both are fixed in the program. */
const HOME = 'kubeflow';
const CERTIFICATES = '/tmp/k8s-webhook-server/serving-certs';
const SECRET_NAME = 'training-operator-webhook-cert';

const WEBHOOK: Kind = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  namespaced: false,
};

/** Kubeflow's training-operator, built from its module and ready to be started; its webhook is left out. */
export interface TrainingOperator {
  /** As the audit log names it. */
  readonly user: string;
  /** @param kinds that it serves, such as `PyTorchJob` */
  start(kinds: readonly string[], flags: readonly string[]): Promise<Runner>;
}

export async function trainingOperator(
  api: Api,
  cluster: ClusterInfo,
  log: (line: string) => void,
): Promise<TrainingOperator> {
  const { 'training-operator': program = '' } = await ensureBinaries(log, undefined, [TRAINING_OPERATOR]);
  const user = await prepare(api);
  const kubeconfig = await serviceAccountKubeconfig(cluster, HOME, 'training-operator');
  return {
    user,
    async start(kinds, flags) {
      const [metrics, health, webhook] = [await freePort(), await freePort(), await freePort()];
      const runner = await startPeer({
        name: 'training-operator',
        program,
        kubeconfig,
        args: [
          `--metrics-bind-address=127.0.0.1:${metrics}`,
          `--health-probe-bind-address=127.0.0.1:${health}`,
          `--webhook-server-port=${webhook}`,
          '--zap-devel=false',
          ...kinds.map((name) => `--enable-scheme=${name.toLowerCase()}`),
          ...flags,
        ],
        readyUrl: `http://127.0.0.1:${health}/readyz`,
        meanwhile: () => mountCertificates(api),
      });
      await delay(3000);
      return runner;
    },
  };
}

/** @returns its user's name */
async function prepare(api: Api): Promise<string> {
  const object = (value: Record<string, unknown>) => value as unknown as KubeObject;
  const user = await installAccount(api, HOME, 'training-operator');
  if (!(await api.get(SECRET, HOME, SECRET_NAME))) {
    const metadata = { name: SECRET_NAME, namespace: HOME };
    await api.create(SECRET, object({ apiVersion: 'v1', kind: 'Secret', metadata }));
  }
  // The operator insists that its configuration exists; this one matches nothing.
  await api.apply(
    WEBHOOK,
    object({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'validator.training-operator.kubeflow.org' },
      webhooks: [
        {
          name: 'nothing.training-operator.kubeflow.org',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          clientConfig: { service: { name: 'training-operator', namespace: HOME } },
          rules: [
            { apiGroups: ['bench.example.com'], apiVersions: ['v1'], resources: ['none'], operations: ['CREATE'] },
          ],
        },
      ],
    }),
  );
  return user;
}

/** Does what the kubelet would: brings the Secret that the operator fills to where it looks for it. */
async function mountCertificates(api: Api): Promise<void> {
  const secret = await eventually('the certificate of training-operator', async () => {
    const found = (await api.get(SECRET, HOME, SECRET_NAME)) as unknown as
      | { data?: Record<string, string> }
      | undefined;
    return found?.data?.['tls.crt'] ? found : undefined;
  });
  mkdirSync(CERTIFICATES, { recursive: true });
  for (const [name, value] of Object.entries(secret.data ?? {})) {
    writeFileSync(join(CERTIFICATES, name), Buffer.from(value, 'base64'));
  }
}
