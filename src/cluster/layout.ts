/** The choices that make a cluster one of its own: ports and networks. Pure, but for the probes at the end. */

import { createHash, randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

/** What is remembered of a cluster between runs. */
export interface ClusterState {
  readonly name: string;
  /** As {@link formatNodes} writes it. */
  readonly nodes: string;
  readonly tuned: boolean;
  readonly featureGates?: readonly string[];
  readonly apis?: readonly string[];
  /** Second byte of the cluster's network 10.X.0.0/16. */
  readonly subnet: number;
  readonly ports: { readonly etcd: number; readonly peer: number; readonly apiserver: number };
}

/** The addresses of a cluster: everything lies in one /16. */
export interface Network {
  readonly whole: string;
  readonly pods: string;
  readonly podGateway: string;
  readonly fakePods: string;
  readonly services: string;
  readonly kubernetesService: string;
  readonly dnsService: string;
  /** This machine, as the real node sees it. */
  readonly host: string;
  readonly node: string;
  /** Pods of the real node and services: what this machine reaches through the real node. */
  readonly routed: string;
  /** Interface of this machine that leads to the real node. */
  readonly link: string;
}

const FIRST = 180;
const COUNT = 60;

export function networkOf(state: Pick<ClusterState, 'name' | 'subnet'>): Network {
  const prefix = `10.${state.subnet}`;
  return {
    whole: `${prefix}.0.0/16`,
    pods: `${prefix}.0.0/20`,
    podGateway: `${prefix}.0.1`,
    services: `${prefix}.32.0/20`,
    kubernetesService: `${prefix}.32.1`,
    dnsService: `${prefix}.32.10`,
    routed: `${prefix}.0.0/18`,
    fakePods: `${prefix}.64.1/18`,
    host: `${prefix}.255.1`,
    node: `${prefix}.255.2`,
    link: `arm${createHash('sha256').update(state.name).digest('hex').slice(0, 10)}`,
  };
}

/** The first network that neither an interface, a route nor another cluster uses. */
export function pickSubnet(used: ReadonlySet<number>): number {
  for (let subnet = FIRST; subnet < FIRST + COUNT; subnet++) if (!used.has(subnet)) return subnet;
  throw new Error(
    `no free network in 10.${FIRST}.0.0 to 10.${FIRST + COUNT - 1}.255.255: remove a cluster with "armature cluster down --name NAME"`,
  );
}

/** Second bytes of the 10.X networks in a kernel routing table (`/proc/net/route`) and on interfaces. */
export function usedSubnets(routes: string, addresses = interfaceAddresses()): Set<number> {
  const used = new Set<number>();
  for (const line of routes.split('\n').slice(1)) {
    const word = line.split('\t')[1] ?? '';
    if (word.endsWith('0A')) used.add(Number.parseInt(word.slice(4, 6), 16));
  }
  for (const address of addresses) if (address.startsWith('10.')) used.add(Number(address.split('.')[1]));
  return used;
}

function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((entry) => entry.address));
}

/** A port that nobody listens on, outside the range the kernel gives to outgoing connections. */
export async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(20_000, 30_000);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error('no free TCP port between 20000 and 30000');
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
