/**
 * The real node: containerd, kubelet and kube-proxy inside mount, network, process, host name and IPC namespaces of
 * their own, with private /run, /var/lib and /var/log. Its mounts, links and firewall rules exist nowhere else, and
 * all of it is gone once the first process of the namespaces has ended.
 */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../runtime/client.ts';
import { ensure } from './admin.ts';
import type { Binaries } from './binaries.ts';
import { makeCgroup, removeCgroup } from './cgroups.ts';
import { run } from './command.ts';
import { featureGates } from './control-plane.ts';
import { nodeName } from './credentials.ts';
import { importImage } from './images.ts';
import { type ClusterState, type Network, networkOf } from './layout.ts';
import {
  cniConfig,
  containerdConfig,
  corefile,
  dnsObjects,
  kubeletConfig,
  PAUSE_IMAGE,
  proxyConfig,
} from './node-config.ts';
import { singleProgramImage } from './oci-tar.ts';
import { cniFolder, SYSTEM_PATH } from './packages.ts';
import type { ClusterPaths } from './paths.ts';
import { childrenOf, livePids, recordPid, startDaemon } from './process.ts';
import { waitFor } from './wait.ts';

export const NODE_COMPONENTS = ['node', 'containerd', 'kubelet', 'kube-proxy', 'coredns'];
const DNS_PORT = 1053;

/** Root of the node's control groups in every tree. */
export const cgroupRoot = (cluster: string) => `/armature-${cluster}`;

/** Kernel settings the kubelet insists on; it is shown these instead of changing the machine's. */
const SHOWN_SETTINGS = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

export interface RealNode {
  readonly paths: ClusterPaths;
  readonly state: ClusterState;
  readonly programs: Binaries;
}

/** Starts the namespaces and containerd, and imports the pause image. Needs no apiserver. */
export async function startRuntime({ paths, state, programs }: RealNode): Promise<void> {
  const network = networkOf(state);
  await writeNodeConfig(paths, state, network);
  await startNamespaces(paths, state, network);
  startInNode(paths, 'containerd', ['containerd', '--config', join(paths.config, 'containerd.toml')]);
  const tarPath = join(paths.node, 'pause.tar');
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  await writeFile(tarPath, singleProgramImage(PAUSE_IMAGE, await readFile(programs.pause!), architecture));
  await waitFor(paths, 'containerd', ['containerd', 'node'], async () => {
    await importImage(paths.containerd, tarPath);
    return true;
  });
  await recordInner(paths, 'containerd');
}

/** Starts kubelet, kube-proxy and DNS. Needs the apiserver. */
export async function startKubelet({ paths, state, programs }: RealNode, client: KubeClient): Promise<void> {
  const network = networkOf(state);
  const node = nodeName(state.name);
  startInNode(paths, 'kubelet', [
    programs.kubelet!,
    `--config=${join(paths.config, 'kubelet.yaml')}`,
    `--kubeconfig=${join(paths.config, 'kubelet.kubeconfig')}`,
    `--hostname-override=${node}`,
    `--node-ip=${network.node}`,
    '--root-dir=/var/lib/kubelet',
    '--cert-dir=/var/lib/kubelet/pki',
    ...featureGates(state),
  ]);
  startInNode(paths, 'kube-proxy', [programs['kube-proxy']!, `--config=${join(paths.config, 'proxy.yaml')}`]);
  startDaemon(paths, 'coredns', [programs.coredns!, '-conf', join(paths.config, 'Corefile')]);
  for (const { kind, object } of dnsObjects(network, DNS_PORT)) await ensure(client, kind, object);
  await recordInner(paths, 'kubelet');
  await recordInner(paths, 'kube-proxy');
}

async function writeNodeConfig(paths: ClusterPaths, state: ClusterState, network: Network): Promise<void> {
  const cniBin = cniFolder();
  if (!cniBin) throw new Error('the CNI plug-ins are not installed: install containernetworking-plugins');
  const resolver = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  for (const folder of ['cni', 'log', 'lib/kubelet', 'lib/cni', 'volume-plugins', 'settings']) {
    await mkdir(join(paths.node, folder), { recursive: true });
  }
  await writeFile(join(paths.node, 'cni', '10-armature.conflist'), cniConfig(network));
  await writeFile(join(paths.node, 'resolv.conf'), resolver);
  for (const [name, value] of Object.entries(SHOWN_SETTINGS)) {
    await writeFile(join(paths.node, 'settings', name.replaceAll('/', '.')), `${value}\n`);
  }
  const config = (name: string, text: string) => writeFile(join(paths.config, name), text);
  await config('containerd.toml', containerdConfig(paths, cniBin));
  await config('kubelet.yaml', kubeletConfig(paths, network, cgroupRoot(state.name)));
  await config('proxy.yaml', proxyConfig(paths, network, nodeName(state.name)));
  await config('Corefile', corefile(paths, network, DNS_PORT, /^\s*nameserver\s/m.test(resolver)));
  await config('node.sh', nodeScript(paths, state.name));
}

/** The first process of the node: prepares its view of the machine, then adopts and reaps orphans for ever. */
function nodeScript(paths: ClusterPaths, name: string): string {
  const quoted = (path: string) => `'${path.replaceAll("'", `'\\''`)}'`;
  const shown = Object.keys(SHOWN_SETTINGS).map((setting) => {
    const source = quoted(join(paths.node, 'settings', setting.replaceAll('/', '.')));
    return `if [ -e /proc/sys/${setting} ]; then mount --bind ${source} /proc/sys/${setting}; fi`;
  });
  return `set -e
mount --make-rshared /
hostname ${nodeName(name)}
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock
mount --bind ${quoted(join(paths.node, 'lib'))} /var/lib
mount --bind ${quoted(join(paths.node, 'log'))} /var/log
${shown.join('\n')}
ip link set lo up
: > ${quoted(join(paths.node, 'ready'))}
while :; do sleep 86400 & wait $!; done
`;
}

async function startNamespaces(paths: ClusterPaths, state: ClusterState, network: Network): Promise<void> {
  await makeCgroup(cgroupRoot(state.name));
  await rm(join(paths.node, 'ready'), { force: true });
  const unshare = ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc'];
  const script = join(paths.config, 'node.sh');
  startDaemon(paths, 'node', ['unshare', ...unshare, '--propagation', 'slave', 'sh', script]);
  await waitFor(paths, 'the namespaces of the node', ['node'], async () => {
    await readFile(join(paths.node, 'ready'));
    return true;
  });
  await recordInner(paths, 'node');
  const init = livePids(paths).node;
  const { link, host, node, routed } = network;
  await run('sh', [
    '-ec',
    `ip link add ${link} type veth peer name eth0 netns ${init}
ip addr add ${host}/30 dev ${link}
ip link set ${link} up
nsenter -t ${init} -n sh -ec '
ip addr add ${node}/30 dev eth0
ip link set eth0 up
ip route add default via ${host}
echo 1 > /proc/sys/net/ipv4/ip_forward'
ip route add ${routed} via ${node}`,
  ]);
}

/** Runs a program in all of the node's namespaces, still marked as the cluster's. */
function startInNode(paths: ClusterPaths, name: string, argv: readonly string[]): void {
  const init = livePids(paths).node;
  if (init === undefined)
    throw new Error(`the node's first process has ended; its log is ${join(paths.logs, 'node.log')}`);
  const enter = ['nsenter', '-t', String(init), '-m', '-n', '-p', '-u', '-i', '--'];
  startDaemon(paths, name, [...enter, 'env', `PATH=${SYSTEM_PATH}`, ...argv]);
}

/** Records the process that a wrapper (unshare, nsenter) has started, in place of the wrapper. */
async function recordInner(paths: ClusterPaths, name: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const wrapper = livePids(paths)[name];
    const inner = wrapper === undefined ? undefined : childrenOf(wrapper)[0];
    if (inner !== undefined) return recordPid(paths, name, inner);
    await sleep(10);
  }
  throw new Error(`${name} did not start; its log is ${join(paths.logs, `${name}.log`)}`);
}

/** Takes away what the end of the node's processes leaves: its link, if the kernel still has it, and control groups. */
export async function removeNodeTraces(cluster: string, link: string): Promise<void> {
  if (networkInterfaces()[link] !== undefined) await run('ip', ['link', 'delete', link]).catch(() => undefined);
  await removeCgroup(cgroupRoot(cluster));
}
