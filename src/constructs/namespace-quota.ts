import type { Size } from 'cdk8s';
import type { HardQuota } from '../api/scheduling/quota.ts';
import type { Accelerator } from './accelerator.ts';
import type { Platform } from './cluster-platform.ts';
import type { Cpu } from './k8s.ts';

/** How many accelerators of one kind. */
export interface AcceleratorQuota {
  /** Of which kind; its own count does not matter. */
  readonly accelerator: Accelerator;
  /** So many of them at once, in all pods of the namespace together. */
  readonly most: number;
}

/** The most that the pods of a namespace may ask for together: a ResourceQuota. */
export interface NamespaceQuota {
  readonly namespace: string;
  /** Pods must then say how much they ask for. @default - not limited */
  readonly cpu?: Cpu;
  /** Pods must then say how much they ask for. @default - not limited */
  readonly memory?: Size;
  /** Pods that have not ended. @default - not limited */
  readonly pods?: number;
  /** Kubernetes counts devices of a vendor, whatever their model: one entry for each resource. @default - not limited */
  readonly accelerators?: readonly AcceleratorQuota[];
}

const NAME = 'armature';

/**
 * As the ResourceQuota says it.
 * @throws when two accelerators are one resource to Kubernetes
 */
export function hardQuota(quota: NamespaceQuota, platform: Platform): HardQuota {
  const { namespace, cpu, memory, pods, accelerators = [] } = quota;
  const hard: Record<string, string> = {
    ...(cpu && { 'requests.cpu': String(cpu.amount) }),
    ...(memory && { 'requests.memory': `${memory.toMebibytes()}Mi` }),
    ...(pods !== undefined && { pods: String(pods) }),
  };
  for (const { accelerator, most } of accelerators) {
    const { resource, claim } = accelerator.on(platform);
    const name = claim ? `${claim.deviceClass}.deviceclass.resource.k8s.io/devices` : `requests.${resource}`;
    if (hard[name] !== undefined) {
      throw new Error(
        `quota of namespace '${namespace}': Kubernetes counts ${accelerator.name} and another accelerator together, as ${name}: give one number for both`,
      );
    }
    hard[name] = String(most);
  }
  return { name: NAME, hard };
}

/** @throws when a namespace has two quotas */
export function checkQuotas(quotas: readonly NamespaceQuota[]): void {
  const namespaces = quotas.map(({ namespace }) => namespace);
  const twice = namespaces.find((namespace, index) => namespaces.indexOf(namespace) !== index);
  if (twice !== undefined) throw new Error(`namespace '${twice}' has two quotas: make them one`);
}
