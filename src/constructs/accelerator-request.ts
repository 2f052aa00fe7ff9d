import type { Platform } from './cluster-platform.ts';
import type { NodePlacement } from './node-placement.ts';

/**
 * Which devices a claim asks for: `spec.devices` of a ResourceClaim.
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/
 */
export interface DeviceClaim {
  readonly deviceClass: string;
  readonly count: number;
  /** CEL over `device`; the device must meet it. @default - any device of the class */
  readonly selector?: string;
}

/** What one pod gets from an accelerator on a given platform. */
export interface AcceleratorRequest {
  /** The extended resource of its device plug-in. @default - it is claimed, see `claim` */
  readonly resource?: string;
  readonly count: number;
  readonly placement: NodePlacement;
  /** Further resources that it is of no use without, as limits: network cards, huge pages. @default - none */
  readonly besides?: Readonly<Record<string, string>>;
  /** Claimed through dynamic resource allocation instead of requested. @default - a device plug-in offers it */
  readonly claim?: DeviceClaim;
  /** The pod must share the node's IPC namespace. @default false */
  readonly hostIpc?: boolean;
}

/** Machines that only work together: a TPU slice. */
export interface AcceleratorSlice {
  /** In words, such as `a v6e slice of 4x4`. */
  readonly name: string;
  /** Pods that share one slice: each needs a machine of its own. */
  readonly hosts: number;
  /** Slices of the job. */
  readonly slices: number;
}

/** One vendor's answer to what an accelerator is. */
export interface AcceleratorModel {
  /** In words, such as `NVIDIA H100`. */
  readonly name: string;
  readonly count: number;
  request(platform: Platform): Omit<AcceleratorRequest, 'count'>;
  /** Why the platform cannot offer it, with a mend; empty when it can. */
  problems(platform: Platform): readonly string[];
  readonly slice?: AcceleratorSlice;
  /** Resources whose use demands a request of cpu or memory as well, such as huge pages. */
  readonly needsMemory?: boolean;
}

/** @throws when a number of devices is no whole number from 1 to what the largest machine has */
export function checkedCount(field: string, count: number, most: number, name: string): number {
  if (!Number.isInteger(count) || count < 1) throw new Error(`'${field}' must be a positive integer, got ${count}`);
  if (count > most) {
    throw new Error(
      `'${field}' must be at most ${most}, got ${count}: no machine has more of ${name}; use more replicas instead`,
    );
  }
  return count;
}

/** That a vendor's devices are not to be had on a platform. */
export function notOffered(name: string, platform: Platform, offered: string): string {
  return `${name} is not offered on ${platform.title}: choose another accelerator, or ${offered}`;
}
