import type { NodePlacement, NodeRequirement, Toleration } from './node-placement.ts';
import type { NvidiaGpu } from './nvidia-gpu.ts';

/** What distinguishes EKS clusters from one another. */
export interface EksOptions {
  /**
   * EKS Auto Mode provisions the nodes; otherwise Karpenter does.
   * @default false
   */
  readonly autoMode?: boolean;
}

type Provider = 'gke' | 'eks' | 'aks' | 'openshift' | 'plain';

const GPU_TAINT: Toleration = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' };

/** Where a cluster runs: decides by which labels and taints its GPU nodes are found. */
export class Platform {
  readonly name: Provider;
  private readonly options: EksOptions;

  /** Google Kubernetes Engine, Standard or Autopilot. */
  static gke(): Platform {
    return new Platform('gke');
  }

  /** Amazon EKS, with Karpenter or Auto Mode. */
  static eks(options: EksOptions = {}): Platform {
    return new Platform('eks', options);
  }

  /** Azure Kubernetes Service with NVIDIA's GPU operator, which labels the models. */
  static aks(): Platform {
    return new Platform('aks');
  }

  /** OpenShift with NVIDIA's GPU operator. */
  static openshift(): Platform {
    return new Platform('openshift');
  }

  /** Any cluster with NVIDIA's device plug-in and feature discovery. */
  static plain(): Platform {
    return new Platform('plain');
  }

  private constructor(name: Provider, options: EksOptions = {}) {
    this.name = name;
    this.options = options;
  }

  /**
   * The nodes that offer this GPU.
   * @param migProfile such as `1g.10gb`, when a slice is asked for
   */
  nvidiaPlacement(gpu: NvidiaGpu, migProfile?: string): NodePlacement {
    switch (this.name) {
      case 'gke':
        return {
          requirements: [
            { key: 'cloud.google.com/gke-accelerator', values: [gpu.names.gke] },
            ...(migProfile ? [{ key: 'cloud.google.com/gke-gpu-partition-size', values: [migProfile] }] : []),
          ],
          tolerations: [GPU_TAINT],
        };
      case 'eks':
        return { requirements: this.eksRequirements(gpu), tolerations: [GPU_TAINT] };
      case 'aks':
        return {
          requirements: [{ key: 'kubernetes.azure.com/accelerator', values: ['nvidia'] }, discoveredProduct(gpu)],
          tolerations: [GPU_TAINT, { key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' }],
        };
      default:
        return { requirements: [discoveredProduct(gpu)], tolerations: [GPU_TAINT] };
    }
  }

  /** The extended resource that one GPU, or one slice of it, is requested by. */
  nvidiaResource(migProfile?: string): string {
    if (!migProfile || this.name === 'gke') return 'nvidia.com/gpu';
    return `nvidia.com/mig-${migProfile}`;
  }

  private eksRequirements(gpu: NvidiaGpu): NodeRequirement[] {
    const prefix = this.options.autoMode ? 'eks.amazonaws.com' : 'karpenter.k8s.aws';
    return [
      { key: `${prefix}/instance-gpu-name`, values: [gpu.names.eks] },
      ...(gpu.names.eksMemory ? [{ key: `${prefix}/instance-gpu-memory`, values: [String(gpu.names.eksMemory)] }] : []),
    ];
  }
}

/** Feature discovery under the mixed MIG strategy leaves the product's name as it is, so a slice asks for no suffix. */
function discoveredProduct(gpu: NvidiaGpu): NodeRequirement {
  return { key: 'nvidia.com/gpu.product', values: gpu.names.products };
}
