import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Kind, KubeObject } from '../../../src/api/kube.ts';
import { type ClusterInfo, ensureBinaries, type Recipe, serviceAccountKubeconfig } from '../../../src/cluster/index.ts';
import { newAuthority, newCertificate } from '../../../src/runtime/x509.ts';
import type { Api } from '../api.ts';
import { freePort } from '../free-port.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { installAccount } from './account.ts';
import { type Runner, startPeer } from './peer-process.ts';

const JOB_SET: Recipe = {
  name: 'jobset',
  modules: ['sigs.k8s.io/jobset@v0.12.0'],
  programs: { jobset: 'sigs.k8s.io/jobset' },
};
const HOME = 'jobset-system';
const DAY_MS = 24 * 3_600_000;

const hooks = (type: 'Mutating' | 'Validating'): Kind => ({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: `${type}WebhookConfiguration`,
  plural: `${type.toLowerCase()}webhookconfigurations`,
  namespaced: false,
});

/** JobSet's own controller 0.12.0, built from its module, with its webhooks in the namespace that it is started for. */
export async function jobSetController(api: Api, cluster: ClusterInfo, log: (line: string) => void) {
  const { jobset: program = '' } = await ensureBinaries(log, undefined, [JOB_SET]);
  const user = await installAccount(api, HOME, 'jobset');
  const kubeconfig = await serviceAccountKubeconfig(cluster, HOME, 'jobset');
  return {
    user,
    /** It looks at every namespace. @param namespace of its webhooks. @default - every one */
    async start(namespace?: string): Promise<Runner> {
      const [health, port] = [await freePort(), await freePort()];
      const folder = temporaryFolder('jobset');
      const ca = writeCertificate(folder);
      const config = join(folder, 'config.yaml');
      writeFileSync(config, stringify(configuration(folder, health, port)));
      const runner = await startPeer({
        name: 'jobset',
        program,
        kubeconfig,
        args: [`--config=${config}`, '--zap-devel=false'],
        readyUrl: `http://127.0.0.1:${health}/readyz`,
      });
      const unhook = await hook(api, namespace, `https://127.0.0.1:${port}`, ca);
      await delay(3000);
      return {
        pid: runner.pid,
        async stop() {
          await unhook();
          await runner.stop();
        },
      };
    },
  };
}

/** RestartJob is an alpha feature that ours has on. */
const configuration = (folder: string, health: number, port: number) => ({
  apiVersion: 'config.jobset.x-k8s.io/v1alpha1',
  kind: 'Configuration',
  health: { healthProbeBindAddress: `127.0.0.1:${health}` },
  metrics: { bindAddress: '0' },
  webhook: { port, host: '127.0.0.1', certDir: folder },
  leaderElection: { leaderElect: false },
  internalCertManagement: { enable: false },
  clientConnection: { qps: 1000, burst: 1000 },
  featureGates: { RestartJob: true },
});

/** @returns the authority's certificate */
function writeCertificate(folder: string): string {
  const validity = { now: Date.now(), forMs: DAY_MS };
  const ca = newAuthority('jobset', validity);
  const request = { commonName: 'jobset', hosts: ['127.0.0.1'], usages: ['server'] } as const;
  const { cert, key } = newCertificate(ca, request, validity);
  writeFileSync(join(folder, 'tls.crt'), cert);
  writeFileSync(join(folder, 'tls.key'), key, { mode: 0o600 });
  return ca.cert;
}

/** Puts its four webhooks in place; resolves to the way back. */
async function hook(api: Api, namespace: string | undefined, url: string, ca: string): Promise<() => Promise<void>> {
  const webhook = (verb: 'mutate' | 'validate', path: string, group: string, resource: string, updates: boolean) => ({
    name: `${verb}-${resource}.jobset.example.com`,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: { url: `${url}/${verb}-${path}`, caBundle: Buffer.from(ca).toString('base64') },
    namespaceSelector: namespace ? { matchLabels: { 'kubernetes.io/metadata.name': namespace } } : {},
    rules: [
      {
        apiGroups: [group],
        apiVersions: ['*'],
        resources: [resource],
        operations: updates ? ['CREATE', 'UPDATE'] : ['CREATE'],
      },
    ],
  });
  const metadata = { name: 'peer-jobset' };
  const installed = (['Mutating', 'Validating'] as const).map((type): [Kind, KubeObject] => {
    const verb = type === 'Mutating' ? 'mutate' : 'validate';
    const webhooks = [
      webhook(verb, 'jobset-x-k8s-io-v1alpha2-jobset', 'jobset.x-k8s.io', 'jobsets', type === 'Validating'),
      webhook(verb, '-v1-pod', '', 'pods', false),
    ];
    const kind = hooks(type);
    return [kind, { apiVersion: `${kind.group}/v1`, kind: kind.kind, metadata, webhooks } as unknown as KubeObject];
  });
  for (const [kind, object] of installed) await api.apply(kind, object);
  return async () => {
    for (const [kind] of installed) await api.delete(kind, undefined, metadata.name);
  };
}
