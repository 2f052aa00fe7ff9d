/** How each kind of cluster names one GPU model. */
export interface NvidiaGpuNames {
  /** GKE: `cloud.google.com/gke-accelerator`. */
  readonly gke: string;
  /** Karpenter and EKS Auto Mode: `instance-gpu-name`. */
  readonly eks: string;
  /** NVIDIA's feature discovery: `nvidia.com/gpu.product`, every form factor of the model. */
  readonly products: readonly string[];
  /**
   * `instance-gpu-memory` in MiB, where the name alone covers two models.
   * @default - the name is enough
   */
  readonly eksMemory?: number;
}

/** A model of NVIDIA GPU. */
export class NvidiaGpu {
  static readonly T4 = NvidiaGpu.of({ gke: 'nvidia-tesla-t4', eks: 't4', products: ['Tesla-T4'] });
  static readonly L4 = NvidiaGpu.of({ gke: 'nvidia-l4', eks: 'l4', products: ['NVIDIA-L4'] });
  static readonly L40S = NvidiaGpu.of({ gke: 'nvidia-l40s', eks: 'l40s', products: ['NVIDIA-L40S'] });
  static readonly A100_40GB = NvidiaGpu.of({
    gke: 'nvidia-tesla-a100',
    eks: 'a100',
    products: ['NVIDIA-A100-SXM4-40GB', 'NVIDIA-A100-PCIE-40GB'],
    eksMemory: 40960,
  });
  static readonly A100_80GB = NvidiaGpu.of({
    gke: 'nvidia-a100-80gb',
    eks: 'a100',
    products: ['NVIDIA-A100-SXM4-80GB', 'NVIDIA-A100-80GB-PCIe'],
    eksMemory: 81920,
  });
  static readonly H100 = NvidiaGpu.of({
    gke: 'nvidia-h100-80gb',
    eks: 'h100',
    products: ['NVIDIA-H100-80GB-HBM3', 'NVIDIA-H100-PCIe'],
  });
  static readonly H200 = NvidiaGpu.of({
    gke: 'nvidia-h200-141gb',
    eks: 'h200',
    products: ['NVIDIA-H200'],
  });
  static readonly B200 = NvidiaGpu.of({ gke: 'nvidia-b200', eks: 'b200', products: ['NVIDIA-B200'] });

  readonly names: NvidiaGpuNames;

  /** A model that is not in the list yet. */
  static of(names: NvidiaGpuNames): NvidiaGpu {
    return new NvidiaGpu(names);
  }

  private constructor(names: NvidiaGpuNames) {
    this.names = names;
  }
}
