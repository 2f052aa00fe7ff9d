/** Command lines and configuration files of the control plane. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Binaries } from './binaries.ts';
import { type ClusterState, networkOf } from './layout.ts';
import { parseNodes } from './options.ts';
import type { ClusterPaths } from './paths.ts';

/** Stands in for a reachable address where no pod ever runs (RFC 5737). */
const NOWHERE = '192.0.2.1';
const TUNED_QPS = 1000;
/** Lets every controller get its own credentials at once at start; the sustained rate stays at its default. */
const START_BURST = 200;

export async function writeControlPlaneConfig(paths: ClusterPaths, state: ClusterState): Promise<void> {
  const audit = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata' }],
  };
  const scheduler = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    leaderElection: { leaderElect: false },
    clientConnection: {
      kubeconfig: join(paths.config, 'scheduler.kubeconfig'),
      ...(state.tuned ? { qps: TUNED_QPS, burst: 2 * TUNED_QPS } : {}),
    },
  };
  await writeFile(join(paths.config, 'audit.yaml'), stringify(audit));
  await writeFile(join(paths.config, 'scheduler.yaml'), stringify(scheduler));
}

export function etcdCommand(programs: Binaries, paths: ClusterPaths, state: ClusterState): string[] {
  const client = `https://127.0.0.1:${state.ports.etcd}`;
  const peer = `http://127.0.0.1:${state.ports.peer}`;
  return [
    programs.etcd!,
    `--data-dir=${paths.etcd}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    `--cert-file=${join(paths.pki, 'etcd.crt')}`,
    `--key-file=${join(paths.pki, 'etcd.key')}`,
    '--client-cert-auth',
    `--trusted-ca-file=${join(paths.pki, 'etcd-ca.crt')}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
    '--heartbeat-interval=20',
    '--election-timeout=200',
  ];
}

export function apiserverCommand(programs: Binaries, paths: ClusterPaths, state: ClusterState): string[] {
  const network = networkOf(state);
  const { real } = parseNodes(state.nodes);
  const pki = (file: string) => join(paths.pki, file);
  return [
    programs['kube-apiserver']!,
    `--etcd-servers=https://127.0.0.1:${state.ports.etcd}`,
    `--etcd-cafile=${pki('etcd-ca.crt')}`,
    `--etcd-certfile=${pki('apiserver-etcd.crt')}`,
    `--etcd-keyfile=${pki('apiserver-etcd.key')}`,
    `--secure-port=${state.ports.apiserver}`,
    `--bind-address=${real ? '0.0.0.0' : '127.0.0.1'}`,
    `--advertise-address=${real ? network.host : NOWHERE}`,
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    `--kubelet-client-certificate=${pki('apiserver-kubelet.crt')}`,
    `--kubelet-client-key=${pki('apiserver-kubelet.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--service-account-key-file=${pki('service-accounts.pub')}`,
    `--service-account-signing-key-file=${pki('service-accounts.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-cluster-ip-range=${network.services}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    `--audit-policy-file=${join(paths.config, 'audit.yaml')}`,
    `--audit-log-path=${paths.auditLog}`,
    '--audit-log-maxsize=4096',
    ...(state.apis?.length ? [`--runtime-config=${state.apis.map((api) => `${api}=true`).join(',')}`] : []),
    ...featureGates(state),
  ];
}

/** The flag that turns the cluster's feature gates on; every component takes it. */
export function featureGates({ featureGates: gates = [] }: ClusterState): string[] {
  return gates.length > 0 ? [`--feature-gates=${gates.map((gate) => `${gate}=true`).join(',')}`] : [];
}

export function controllerManagerCommand(programs: Binaries, paths: ClusterPaths, state: ClusterState): string[] {
  const pki = (file: string) => join(paths.pki, file);
  const tuned = [
    `--kube-api-qps=${TUNED_QPS}`,
    `--kube-api-burst=${2 * TUNED_QPS}`,
    '--concurrent-gc-syncs=50',
    '--concurrent-service-endpoint-syncs=20',
    '--concurrent-job-syncs=20',
  ];
  return [
    programs['kube-controller-manager']!,
    `--kubeconfig=${join(paths.config, 'controller-manager.kubeconfig')}`,
    `--service-account-private-key-file=${pki('service-accounts.key')}`,
    `--root-ca-file=${pki('ca.crt')}`,
    `--cluster-signing-cert-file=${pki('ca.crt')}`,
    `--cluster-signing-key-file=${pki('ca.key')}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    '--secure-port=0',
    ...(state.tuned ? tuned : [`--kube-api-burst=${START_BURST}`]),
    ...featureGates(state),
  ];
}

export function schedulerCommand(programs: Binaries, paths: ClusterPaths, state: ClusterState): string[] {
  const config = `--config=${join(paths.config, 'scheduler.yaml')}`;
  return [programs['kube-scheduler']!, config, '--secure-port=0', ...featureGates(state)];
}
