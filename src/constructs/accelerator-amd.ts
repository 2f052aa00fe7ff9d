import { type AcceleratorModel, checkedCount, notOffered } from './accelerator-request.ts';
import type { Platform } from './cluster-platform.ts';
import type { Toleration } from './node-placement.ts';

/** What tells one AMD model from another. */
export interface AmdGpuNames<Partition extends string = never> {
  /** For people, such as `AMD MI300X`. */
  readonly title: string;
  /** PCI device IDs, of cards and of their virtual functions: `amd.com/gpu.device-id`. */
  readonly deviceIds: readonly string[];
  /** How many partitions of each kind one GPU gives. @default - it cannot be partitioned */
  readonly partitions?: Readonly<Record<Partition, number>>;
}

/** Compute modes with the memory modes they go with: never more memory than compute partitions. */
const CDNA3_PARTITIONS = {
  spx_nps1: 1,
  dpx_nps1: 2,
  dpx_nps2: 2,
  qpx_nps1: 4,
  qpx_nps2: 4,
  qpx_nps4: 4,
  cpx_nps1: 8,
  cpx_nps2: 8,
  cpx_nps4: 8,
} as const;

/**
 * A model of AMD Instinct GPU. The type parameter holds its partitions.
 * @see https://instinct.docs.amd.com/projects/k8s-device-plugin/en/latest/user-guide/node-labeller.html
 * @see https://pci-ids.ucw.cz/read/PC/1002
 */
export class AmdGpu<Partition extends string = never> {
  static readonly MI210 = AmdGpu.of({ title: 'AMD MI210', deviceIds: ['740f'] });
  static readonly MI250 = AmdGpu.of({ title: 'AMD MI250', deviceIds: ['740c', '7408'] });
  static readonly MI300A = AmdGpu.of({ title: 'AMD MI300A', deviceIds: ['74a0'] });
  static readonly MI300X = AmdGpu.of({
    title: 'AMD MI300X',
    deviceIds: ['74a1', '74a9', '74b5', '74bd'],
    partitions: CDNA3_PARTITIONS,
  });
  static readonly MI325X = AmdGpu.of({
    title: 'AMD MI325X',
    deviceIds: ['74a5', '74b9'],
    partitions: CDNA3_PARTITIONS,
  });
  static readonly MI350X = AmdGpu.of({ title: 'AMD MI350X', deviceIds: ['75a0', '75b0'] });
  static readonly MI355X = AmdGpu.of({ title: 'AMD MI355X', deviceIds: ['75a3', '75b3'] });

  readonly names: AmdGpuNames<Partition>;

  /** A model that is not in the list yet. */
  static of<Partition extends string = never>(names: AmdGpuNames<Partition>): AmdGpu<Partition> {
    return new AmdGpu(names);
  }

  private constructor(names: AmdGpuNames<Partition>) {
    this.names = names;
  }
}

/** How many GPUs, and which part of each. */
export interface AmdOptions<Partition extends string = never> {
  /** GPUs, or partitions, for each pod. @default 1 */
  readonly count?: number;
  /**
   * Partitions instead of whole GPUs, such as `cpx_nps4`; the device plug-in runs with
   * `resource_naming_strategy: mixed`.
   * @default - whole GPUs
   */
  readonly partition?: Partition;
  /** Claims them through dynamic resource allocation (AMD's DRA driver) instead of the device plug-in. @default false */
  readonly claim?: boolean;
}

const TAINT: Toleration = { key: 'amd.com/gpu', operator: 'Exists', effect: 'NoSchedule' };
const AKS_TAINT: Toleration = { key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' };
const PER_NODE = 8;

export function amd<Partition extends string>(
  gpu: AmdGpu<Partition>,
  { count = 1, partition, claim = false }: AmdOptions<Partition>,
): AcceleratorModel {
  const { title, deviceIds, partitions } = gpu.names;
  const name = partition ? `${title} ${partition}` : title;
  const perGpu = partition ? (partitions?.[partition] ?? 0) : 1;
  if (perGpu === 0) throw new Error(`'partition' of ${title} must not be '${partition}': leave it out`);
  return {
    name,
    count: checkedCount('count', count, perGpu * PER_NODE, name),
    request: (platform) => ({
      ...(claim ? { claim: { deviceClass: 'gpu.amd.com', count } } : { resource: `amd.com/${partition ?? 'gpu'}` }),
      placement: {
        requirements: [{ key: 'amd.com/gpu.device-id', values: deviceIds }],
        tolerations: platform.name === 'aks' ? [TAINT, AKS_TAINT] : [TAINT],
      },
    }),
    problems: (platform) => problemsOn(platform, title, partition, claim),
  };
}

function problemsOn(platform: Platform, title: string, partition: string | undefined, claim: boolean): string[] {
  return [
    ...(platform.name === 'gke' || platform.name === 'eks'
      ? [notOffered(title, platform, 'use Platform.plain() for nodes that you run yourself')]
      : []),
    ...(partition && claim ? ["'claim' cannot ask for a 'partition': leave one of them out"] : []),
  ];
}
