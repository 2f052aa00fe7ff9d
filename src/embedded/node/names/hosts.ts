import { type KubeObject, keyOf } from '../../../api/kube.ts';
import { isTerminal, type Pod, type Service } from '../pod-types.ts';

/** What names lead to. */
export interface NameView {
  readonly pods: Iterable<Pod>;
  readonly services: Iterable<Service>;
  /** A pod's address, once it has one. */
  podAddress(pod: Pod): string | undefined;
  /** The address of a Service that is not headless. */
  serviceAddress(service: Service): string | undefined;
}

/** A name's addresses, the name given as `name.namespace`. */
export type NameTable = ReadonlyMap<string, readonly string[]>;

const CLUSTER = 'svc.cluster.local';

export const isHeadless = (service: Service): boolean => service.spec?.clusterIP === 'None';

/** Pods that a Service's selector finds; none without a selector. */
export function selectedBy(service: Service, pods: Iterable<Pod>): Pod[] {
  const selector = Object.entries(service.spec?.selector ?? {});
  if (selector.length === 0) return [];
  const { namespace } = service.metadata;
  return [...pods].filter(
    ({ metadata, status }) =>
      metadata.namespace === namespace &&
      !isTerminal(status?.phase) &&
      selector.every(([key, value]) => metadata.labels?.[key] === value),
  );
}

/** Whether a Service sends to this pod. */
export function serves(service: Service, { metadata, status }: Pod): boolean {
  if (service.spec?.publishNotReadyAddresses) return true;
  if (metadata.deletionTimestamp) return false;
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

/** Every name of Services, and of pods behind headless ones, with `every` also of what is not ready yet. */
export function nameTable(view: NameView, every = false): NameTable {
  const pods = [...view.pods];
  const table = new Map<string, string[]>();
  const add = (name: string, address: string | undefined) => {
    if (address === undefined) return;
    const known = table.get(name) ?? [];
    if (!known.includes(address)) table.set(name, [...known, address]);
  };
  for (const service of view.services) {
    const { name, namespace } = service.metadata;
    if (!isHeadless(service)) {
      add(`${name}.${namespace}`, view.serviceAddress(service));
      continue;
    }
    for (const pod of selectedBy(service, pods)) {
      if (!every && !serves(service, pod)) continue;
      const address = view.podAddress(pod);
      add(`${name}.${namespace}`, address);
      if (pod.spec.hostname && pod.spec.subdomain === name) add(`${pod.spec.hostname}.${name}.${namespace}`, address);
    }
  }
  return table;
}

/**
 * The forms under which a pod of `namespace` may use a name of the table, longest first.
 * @param searches the search domains of the pod's own `dnsConfig`
 */
export function formsOf(
  name: string,
  namespace: string | undefined,
  searches: readonly string[] = [],
): readonly string[] {
  const full = `${name}.${CLUSTER}`;
  const domains = [CLUSTER, `${namespace}.${CLUSTER}`, ...searches.map((domain) => domain.replace(/\.$/, ''))];
  const short = domains
    .filter((domain) => full.endsWith(`.${domain}`))
    .map((domain) => full.slice(0, -domain.length - 1));
  return [...new Set([full, `${name}.svc`, ...short])];
}

export const hostnameOf = (pod: KubeObject & { readonly spec: Pod['spec'] }): string =>
  (pod.spec.hostname ?? pod.metadata.name ?? '').slice(0, 63).replace(/[-.]+$/, '');

/** A pod's /etc/hosts. `machine` is what this machine's own file says. */
export function hostsFile(pod: Pod, ip: string, table: NameTable, machine: string): string {
  const { namespace } = pod.metadata;
  const { subdomain, hostAliases = [], dnsConfig } = pod.spec;
  const hostname = hostnameOf(pod);
  const own = subdomain ? `${hostname}.${subdomain}.${namespace}.${CLUSTER} ${hostname}` : hostname;
  const lines = [
    `# The names that the pod ${keyOf(pod.metadata)} can use. Kept up to date; changes are overwritten.`,
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    `${ip} ${own}`,
    ...hostAliases.map((alias) => `${alias.ip} ${(alias.hostnames ?? []).join(' ')}`),
  ];
  for (const [name, addresses] of table) {
    const forms = formsOf(name, namespace, dnsConfig?.searches).join(' ');
    for (const address of addresses) lines.push(`${address} ${forms}`);
  }
  const kept = machine.split('\n').filter((line) => line.trim() !== '' && !/^#|\blocalhost\b/.test(line.trim()));
  return `${[...lines, ...kept].join('\n')}\n`;
}
