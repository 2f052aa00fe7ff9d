/** How each kind of cluster names one GPU model, and what a machine has of it. */
export interface NvidiaGpuNames<Mig extends string = never> {
  /** GKE: `cloud.google.com/gke-accelerator`. @default - GKE does not offer it */
  readonly gke?: string;
  /** Karpenter and EKS Auto Mode: `instance-gpu-name`. @default - EKS does not offer it, or by `eksFamilies` */
  readonly eks?: string;
  /** Karpenter and EKS Auto Mode: `instance-family`, for models whose name is not one word. @default - by name */
  readonly eksFamilies?: readonly string[];
  /** NVIDIA's feature discovery: `nvidia.com/gpu.product`, every form factor of the model. */
  readonly products: readonly string[];
  /**
   * `instance-gpu-memory` in MiB, where the name alone covers two models.
   * @default - the name is enough
   */
  readonly eksMemory?: number;
  /** GPUs of the largest machine. @default 8 */
  readonly perNode?: number;
  /** How many slices of each MIG profile one GPU gives. @default - it cannot be sliced */
  readonly migProfiles?: Readonly<Record<Mig, number>>;
}

const SEVENTHS_80 = {
  '1g.10gb': 7,
  '1g.10gb+me': 1,
  '1g.20gb': 4,
  '2g.20gb': 3,
  '3g.40gb': 2,
  '4g.40gb': 1,
  '7g.80gb': 1,
} as const;

/**
 * A model of NVIDIA GPU. The type parameter holds its MIG profiles: none for models that cannot be sliced.
 * @see https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-mig-profiles.html
 * @see https://cloud.google.com/kubernetes-engine/docs/concepts/gpus
 * @see https://karpenter.sh/docs/reference/instance-types/
 */
export class NvidiaGpu<Mig extends string = never> {
  static readonly T4 = NvidiaGpu.of({ gke: 'nvidia-tesla-t4', eks: 't4', products: ['Tesla-T4'] });
  static readonly V100_16GB = NvidiaGpu.of({
    gke: 'nvidia-tesla-v100',
    eks: 'v100',
    products: ['Tesla-V100-SXM2-16GB', 'Tesla-V100-PCIE-16GB'],
    eksMemory: 16384,
  });
  static readonly V100_32GB = NvidiaGpu.of({
    eks: 'v100',
    products: ['Tesla-V100-SXM2-32GB', 'Tesla-V100-SXM3-32GB', 'Tesla-V100-PCIE-32GB'],
    eksMemory: 32768,
    perNode: 16,
  });
  static readonly A10 = NvidiaGpu.of({ products: ['NVIDIA-A10'] });
  static readonly A10G = NvidiaGpu.of({ eks: 'a10g', products: ['NVIDIA-A10G'] });
  static readonly A30 = NvidiaGpu.of({
    products: ['NVIDIA-A30'],
    migProfiles: { '1g.6gb': 4, '1g.6gb+me': 1, '2g.12gb': 2, '4g.24gb': 1 },
  });
  static readonly L4 = NvidiaGpu.of({ gke: 'nvidia-l4', eks: 'l4', products: ['NVIDIA-L4'] });
  static readonly L40 = NvidiaGpu.of({ products: ['NVIDIA-L40'] });
  static readonly L40S = NvidiaGpu.of({ eks: 'l40s', products: ['NVIDIA-L40S'] });
  static readonly A100_40GB = NvidiaGpu.of({
    gke: 'nvidia-tesla-a100',
    eks: 'a100',
    products: ['NVIDIA-A100-SXM4-40GB', 'NVIDIA-A100-PCIE-40GB'],
    eksMemory: 40960,
    perNode: 16,
    migProfiles: {
      '1g.5gb': 7,
      '1g.5gb+me': 1,
      '1g.10gb': 4,
      '2g.10gb': 3,
      '3g.20gb': 2,
      '4g.20gb': 1,
      '7g.40gb': 1,
    },
  });
  static readonly A100_80GB = NvidiaGpu.of({
    gke: 'nvidia-a100-80gb',
    eks: 'a100',
    products: ['NVIDIA-A100-SXM4-80GB', 'NVIDIA-A100-80GB-PCIe'],
    eksMemory: 81920,
    migProfiles: SEVENTHS_80,
  });
  static readonly H100 = NvidiaGpu.of({
    gke: 'nvidia-h100-80gb',
    eks: 'h100',
    products: ['NVIDIA-H100-80GB-HBM3', 'NVIDIA-H100-PCIe'],
    migProfiles: SEVENTHS_80,
  });
  /** H100 of GKE's A3 Mega machines, whose network is twice as fast. */
  static readonly H100_MEGA = NvidiaGpu.of({
    gke: 'nvidia-h100-mega-80gb',
    products: ['NVIDIA-H100-80GB-HBM3'],
    migProfiles: SEVENTHS_80,
  });
  static readonly H100_NVL = NvidiaGpu.of({
    products: ['NVIDIA-H100-NVL'],
    migProfiles: {
      '1g.12gb': 7,
      '1g.12gb+me': 1,
      '1g.24gb': 4,
      '2g.24gb': 3,
      '3g.47gb': 2,
      '4g.47gb': 1,
      '7g.94gb': 1,
    },
  });
  static readonly H200 = NvidiaGpu.of({
    gke: 'nvidia-h200-141gb',
    eks: 'h200',
    products: ['NVIDIA-H200', 'NVIDIA-H200-NVL'],
    migProfiles: {
      '1g.18gb': 7,
      '1g.18gb+me': 1,
      '1g.35gb': 4,
      '2g.35gb': 3,
      '3g.71gb': 2,
      '4g.71gb': 1,
      '7g.141gb': 1,
    },
  });
  static readonly B200 = NvidiaGpu.of({
    gke: 'nvidia-b200',
    eks: 'b200',
    products: ['NVIDIA-B200'],
    migProfiles: {
      '1g.23gb': 7,
      '1g.23gb+me': 1,
      '1g.45gb': 4,
      '2g.45gb': 3,
      '3g.90gb': 2,
      '4g.90gb': 1,
      '7g.180gb': 1,
    },
  });
  static readonly GB200 = NvidiaGpu.of({
    gke: 'nvidia-gb200',
    eksFamilies: ['p6e-gb200'],
    products: ['NVIDIA-GB200'],
    perNode: 4,
    migProfiles: {
      '1g.23gb': 7,
      '1g.23gb+me': 1,
      '1g.47gb': 4,
      '2g.47gb': 3,
      '3g.93gb': 2,
      '4g.93gb': 1,
      '7g.186gb': 1,
    },
  });
  static readonly B300 = NvidiaGpu.of({
    eksFamilies: ['p6-b300'],
    products: ['NVIDIA-B300', 'NVIDIA-B300-SXM6-AC'],
    migProfiles: {
      '1g.34gb': 7,
      '1g.34gb+me': 1,
      '1g.67gb': 4,
      '2g.67gb': 3,
      '3g.135gb': 2,
      '4g.135gb': 1,
      '7g.269gb': 1,
    },
  });
  static readonly RTX_PRO_6000 = NvidiaGpu.of({
    gke: 'nvidia-rtx-pro-6000',
    eksFamilies: ['g7e'],
    products: ['NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition'],
    migProfiles: { '1g.24gb': 4, '2g.48gb': 2, '4g.96gb': 1 },
  });

  readonly names: NvidiaGpuNames<Mig>;

  /** A model that is not in the list yet. */
  static of<Mig extends string = never>(names: NvidiaGpuNames<Mig>): NvidiaGpu<Mig> {
    return new NvidiaGpu(names);
  }

  private constructor(names: NvidiaGpuNames<Mig>) {
    this.names = names;
  }

  /** For people, such as `NVIDIA-H100-80GB-HBM3`. */
  get title(): string {
    return this.names.products[0] ?? 'NVIDIA GPU';
  }
}
