/** Configuration files of the real node's daemons. Pure. */

import { join } from 'node:path';
import { stringify } from 'yaml';
import { SERVICE } from '../api/kinds.ts';
import type { Kind, KubeObject } from '../api/kube.ts';
import type { Network } from './layout.ts';
import type { ClusterPaths } from './paths.ts';

export const PAUSE_IMAGE = 'armature.local/pause:1';
export const CLUSTER_DOMAIN = 'cluster.local';

/**
 * Version 2 is read by containerd 1.6 to 2.x. OOM scores are restricted because containers of machines without
 * CAP_SYS_RESOURCE cannot lower them, which otherwise fails every sandbox.
 */
export function containerdConfig(paths: ClusterPaths, cniBin: string): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${join(paths.node, 'containerd')}"
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.internal.v1.restart"]

[grpc]
address = "${paths.containerd}"

[${cri}]
sandbox_image = "${PAUSE_IMAGE}"
restrict_oom_score_adj = true
tolerate_missing_hugetlb_controller = true

[${cri}.containerd]
default_runtime_name = "runc"

[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
SystemdCgroup = false

[${cri}.cni]
bin_dir = "${cniBin}"
conf_dir = "${join(paths.node, 'cni')}"
`;
}

/**
 * Pods hang on point-to-point links and are routed, not bridged: traffic between two of them passes the node's rules
 * for Services without the kernel's bridge filter.
 */
export function cniConfig(network: Network): string {
  return JSON.stringify({
    cniVersion: '0.4.0',
    name: 'armature',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: network.pods, gateway: network.podGateway }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}

export function kubeletConfig(paths: ClusterPaths, network: Network, cgroupRoot: string): string {
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(paths.pki, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot,
    clusterDNS: [network.dnsService],
    clusterDomain: CLUSTER_DOMAIN,
    containerRuntimeEndpoint: `unix://${paths.containerd}`,
    enforceNodeAllocatable: [],
    evictionHard: { 'memory.available': '64Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    failCgroupV1: false,
    failSwapOn: false,
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    maxPods: 250,
    podLogsDir: '/var/log/pods',
    resolvConf: join(paths.node, 'resolv.conf'),
    serializeImagePulls: false,
    shutdownGracePeriod: '0s',
    volumePluginDir: join(paths.node, 'volume-plugins'),
  });
}

/** Connection tracking limits stay as they are: they belong to the whole machine. */
export function proxyConfig(paths: ClusterPaths, network: Network, node: string): string {
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: join(paths.config, 'proxy.kubeconfig') },
    clusterCIDR: network.pods,
    conntrack: { maxPerCore: 0, min: 0, tcpCloseWaitTimeout: '0s', tcpEstablishedTimeout: '0s' },
    hostnameOverride: node,
    mode: 'iptables',
    oomScoreAdj: 0,
    iptables: { minSyncPeriod: '0s' },
  });
}

/** Names outside the cluster go to this machine's own resolver, where it has one. */
export function corefile(paths: ClusterPaths, network: Network, port: number, hasResolver: boolean): string {
  return `.:${port} {
  bind ${network.host}
  errors
  kubernetes ${CLUSTER_DOMAIN} in-addr.arpa ip6.arpa {
    kubeconfig ${join(paths.config, 'dns.kubeconfig')}
    pods insecure
    ttl 5
    fallthrough in-addr.arpa ip6.arpa
  }
${hasResolver ? '  forward . /etc/resolv.conf\n' : ''}  cache 10 ${CLUSTER_DOMAIN} {
    disable denial
  }
}
`;
}

const ENDPOINT_SLICE: Kind = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
};

/** The Service at the cluster's DNS address, and where its server is: on this machine, outside the node. */
export function dnsObjects(
  network: Network,
  port: number,
): { kind: Kind; object: KubeObject & Readonly<Record<string, unknown>> }[] {
  const labels = { 'k8s-app': 'kube-dns', 'kubernetes.io/name': 'CoreDNS' };
  const protocols = [
    ['dns', 'UDP'],
    ['dns-tcp', 'TCP'],
  ];
  return [
    {
      kind: SERVICE,
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'kube-dns', namespace: 'kube-system', labels },
        spec: {
          clusterIP: network.dnsService,
          ports: protocols.map(([name, protocol]) => ({ name, protocol, port: 53, targetPort: port })),
        },
      },
    },
    {
      kind: ENDPOINT_SLICE,
      object: {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: 'kube-dns',
          namespace: 'kube-system',
          labels: { ...labels, 'kubernetes.io/service-name': 'kube-dns' },
        },
        addressType: 'IPv4',
        ports: protocols.map(([name, protocol]) => ({ name, protocol, port })),
        endpoints: [{ addresses: [network.host], conditions: { ready: true } }],
      },
    },
  ];
}
