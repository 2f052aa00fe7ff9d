import { toMilli } from '../../../api/quantity.ts';
import type { Container, Pod, ResourceFieldSelector } from '../pod-types.ts';

/** What the downward API tells besides the pod itself. */
export interface DownwardView {
  readonly pod: Pod;
  readonly podIp: string;
  readonly hostIp: string;
  /** What stands for a limit that a container does not set, by resource. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/**
 * The value of a downward API field.
 * @throws when the path names no field that a pod offers
 */
export function fieldValue({ pod, podIp, hostIp }: DownwardView, path: string): string {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return (keyed[1] === 'labels' ? metadata.labels : metadata.annotations)?.[keyed[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return pairs(metadata.labels);
    case 'metadata.annotations':
      return pairs(metadata.annotations);
    case 'spec.nodeName':
      return spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? 'default';
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIp;
    case 'status.podIP':
    case 'status.podIPs':
      return podIp;
    default:
      throw new Error(`fieldPath "${path}" is none that the downward API offers`);
  }
}

function pairs(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}

/**
 * A request or limit in units of its divisor, rounded up; the node's own amount where a container sets none.
 * @throws when the container or the resource is not known
 */
export function resourceValue(view: DownwardView, selector: ResourceFieldSelector, self?: Container): string {
  const container = selector.containerName ? containerNamed(view.pod, selector.containerName) : self;
  if (!container) throw new Error(`resourceFieldRef ${selector.resource}: containerName is missing`);
  const [side, resource = ''] = splitOnce(selector.resource);
  if (side !== 'limits' && side !== 'requests') {
    throw new Error(`resourceFieldRef "${selector.resource}" is neither limits.* nor requests.*`);
  }
  const limit = container.resources?.limits?.[resource];
  const own = side === 'limits' ? limit : (container.resources?.requests?.[resource] ?? limit);
  const amount = own ?? (side === 'limits' ? view.allocatable[resource] : undefined) ?? '0';
  const divisor = toMilli(String(selector.divisor ?? '1'));
  const unit = divisor === 0n ? 1000n : divisor;
  return String((toMilli(String(amount)) + unit - 1n) / unit);
}

function containerNamed({ spec }: Pod, name: string): Container {
  const found = [...(spec.initContainers ?? []), ...spec.containers].find((container) => container.name === name);
  if (!found) throw new Error(`resourceFieldRef names the container "${name}", which the pod does not have`);
  return found;
}

function splitOnce(text: string): [string, string?] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}
