import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NAMESPACE } from '../src/api/kinds.ts';
import type { Kind, KubeObject } from '../src/api/kube.ts';
import { type ClusterInfo, ensureBinaries, type Recipe, serviceAccountKubeconfig } from '../src/cluster/index.ts';
import type { Api } from '../test/support/api.ts';
import { eventually } from '../test/support/eventually.ts';
import { freePort } from '../test/support/free-port.ts';
import type { Contestant, Runner } from './contestant.ts';

const VERSION = 'v1.9.4';
const RECIPE: Recipe = {
  name: 'training-operator',
  modules: [`github.com/kubeflow/training-operator@${VERSION}`],
  programs: { 'training-operator': 'github.com/kubeflow/training-operator/cmd/training-operator.v1' },
};

/** Its home, and where it keeps its certificate; both are fixed in the program. */
const HOME = 'kubeflow';
const CERTIFICATES = '/tmp/k8s-webhook-server/serving-certs';
const SECRET_NAME = 'training-operator-webhook-cert';

const kind = (group: string, name: string, plural: string, namespaced: boolean): Kind => ({
  group,
  version: 'v1',
  kind: name,
  plural,
  namespaced,
});
const SECRET = kind('', 'Secret', 'secrets', true);
const SERVICE_ACCOUNT = kind('', 'ServiceAccount', 'serviceaccounts', true);
const BINDING = kind('rbac.authorization.k8s.io', 'ClusterRoleBinding', 'clusterrolebindings', false);
const WEBHOOK = kind(
  'admissionregistration.k8s.io',
  'ValidatingWebhookConfiguration',
  'validatingwebhookconfigurations',
  false,
);

/** Kubeflow's training-operator, built from its module. Its webhook is left out of the race: it would only slow it. */
export async function trainingOperator(api: Api, cluster: ClusterInfo, log: (line: string) => void) {
  const { 'training-operator': program } = await ensureBinaries(log, undefined, [RECIPE]);
  await prepare(api);
  const kubeconfig = await serviceAccountKubeconfig(cluster, HOME, 'training-operator');
  const run = (name: string, flags: readonly string[]): Contestant => ({
    name,
    user: `system:serviceaccount:${HOME}:training-operator`,
    start: () => start(api, program ?? '', kubeconfig, flags),
  });
  return {
    atDefaults: run(`training-operator ${VERSION}, its defaults`, []),
    tuned: run(`training-operator ${VERSION}, tuned`, [
      '--kube-api-qps=1000',
      '--kube-api-burst=1000',
      '--controller-threads=10',
    ]),
  };
}

async function prepare(api: Api): Promise<void> {
  const object = (value: Record<string, unknown>) => value as unknown as KubeObject;
  await api.apply(NAMESPACE, object({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME } }));
  const account = { name: 'training-operator', namespace: HOME };
  await api.apply(SERVICE_ACCOUNT, object({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }));
  await api.apply(
    BINDING,
    object({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'bench-training-operator' },
      subjects: [{ kind: 'ServiceAccount', ...account }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    }),
  );
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
}

async function start(api: Api, program: string, kubeconfig: string, flags: readonly string[]): Promise<Runner> {
  const [metrics, health, webhook] = [await freePort(), await freePort(), await freePort()];
  const args = [
    `--metrics-bind-address=127.0.0.1:${metrics}`,
    `--health-probe-bind-address=127.0.0.1:${health}`,
    `--webhook-server-port=${webhook}`,
    '--enable-scheme=pytorchjob',
    '--zap-devel=false',
    ...flags,
  ];
  const file = join(mkdtempSync(join(tmpdir(), 'armature-bench-')), 'log');
  const output = createWriteStream(file);
  const child = spawn(program, args, {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    await mountCertificates(api);
    await eventually(
      'training-operator to be ready',
      () =>
        fetch(`http://127.0.0.1:${health}/readyz`).then(
          (answer) => answer.ok,
          () => false,
        ),
      { timeoutMs: 90_000 },
    );
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}; its log ends:\n${readFileSync(file, 'utf8').slice(-2000)}`);
  }
  await delay(3000);
  return { pid: child.pid ?? 0, stop };
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
