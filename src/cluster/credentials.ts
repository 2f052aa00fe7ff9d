/** The keys, certificates and kubeconfigs of a cluster. Made once; the kubeconfigs follow the apiserver's port. */

import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Authority,
  type Certificate,
  type CertificateRequest,
  newAuthority,
  newCertificate,
  newKeyPair,
} from '../runtime/x509.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { type ClusterState, networkOf } from './layout.ts';
import type { ClusterPaths } from './paths.ts';

const VALID_MS = 5 * 365 * 24 * 3_600_000;

/** User and groups of each client of the apiserver. */
const CLIENTS = (name: string) =>
  ({
    admin: ['kubernetes-admin', 'system:masters'],
    'controller-manager': ['system:kube-controller-manager'],
    scheduler: ['system:kube-scheduler'],
    kubelet: [`system:node:${nodeName(name)}`, 'system:nodes'],
    proxy: ['system:kube-proxy'],
    kwok: ['armature:kwok', 'system:masters'],
    dns: ['armature:dns', 'system:masters'],
    volumes: ['armature:volumes', 'system:masters'],
  }) satisfies Record<string, [string, ...string[]]>;

/** Name of the real node of a cluster. */
export const nodeName = (cluster: string) => `${cluster}-node`;

export async function ensureCredentials(paths: ClusterPaths, state: ClusterState): Promise<void> {
  if (!existsSync(paths.pki)) await makePki(paths, state);
  await mkdir(paths.config, { recursive: true });
  const ca = await readFile(join(paths.pki, 'ca.crt'), 'utf8');
  const server = `https://127.0.0.1:${state.ports.apiserver}`;
  const inside = `https://${networkOf(state).host}:${state.ports.apiserver}`;
  for (const [client, [user]] of Object.entries(CLIENTS(state.name))) {
    const cert = await readFile(join(paths.pki, `${client}.crt`), 'utf8');
    const key = await readFile(join(paths.pki, `${client}.key`), 'utf8');
    const address = client === 'kubelet' || client === 'proxy' ? inside : server;
    const text = kubeconfigText(`armature-${state.name}`, user, { server: address, ca, cert, key });
    const path = client === 'admin' ? paths.kubeconfig : join(paths.config, `${client}.kubeconfig`);
    await writeFile(path, text, { mode: 0o600 });
  }
}

/** Written beside and renamed, so that a folder that exists is whole. */
async function makePki(paths: ClusterPaths, state: ClusterState): Promise<void> {
  const folder = `${paths.pki}.part`;
  await mkdir(folder, { recursive: true });
  const write = async (name: string, pair: Certificate) => {
    await writeFile(join(folder, `${name}.crt`), pair.cert);
    await writeFile(join(folder, `${name}.key`), pair.key, { mode: 0o600 });
  };
  const validity = { now: Date.now(), forMs: VALID_MS };
  const issue = (by: Authority, request: CertificateRequest) => newCertificate(by, request, validity);
  const network = networkOf(state);
  const ca = newAuthority(`armature-${state.name}`, validity);
  const etcdCa = newAuthority(`armature-${state.name}-etcd`, validity);
  const kubernetes = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  await write('ca', ca);
  await write('etcd-ca', etcdCa);
  await write(
    'etcd',
    issue(etcdCa, { commonName: 'etcd', hosts: ['localhost', '127.0.0.1'], usages: ['server', 'client'] }),
  );
  await write('apiserver-etcd', issue(etcdCa, { commonName: 'kube-apiserver' }));
  await write(
    'apiserver',
    issue(ca, {
      commonName: 'kube-apiserver',
      hosts: ['localhost', ...kubernetes, '127.0.0.1', network.kubernetesService, network.host],
      usages: ['server'],
    }),
  );
  await write('apiserver-kubelet', issue(ca, { commonName: 'kube-apiserver', groups: ['system:masters'] }));
  for (const [client, [commonName, ...groups]] of Object.entries(CLIENTS(state.name))) {
    await write(client, issue(ca, { commonName, groups }));
  }
  const accounts = newKeyPair();
  await writeFile(join(folder, 'service-accounts.pub'), accounts.publicKey);
  await writeFile(join(folder, 'service-accounts.key'), accounts.privateKey, { mode: 0o600 });
  await rename(folder, paths.pki);
}
