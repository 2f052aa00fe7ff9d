/** What distinguishes EKS clusters from one another. */
export interface EksOptions {
  /**
   * EKS Auto Mode provisions the nodes; otherwise Karpenter does.
   * @default false
   */
  readonly autoMode?: boolean;
}

type Provider = 'gke' | 'eks' | 'aks' | 'openshift' | 'plain';

const TITLES: Readonly<Record<Provider, string>> = {
  gke: 'GKE',
  eks: 'EKS',
  aks: 'AKS',
  openshift: 'OpenShift',
  plain: 'a plain cluster',
};

/** Where a cluster runs: decides by which labels and taints its nodes are found. */
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

  /** Azure Kubernetes Service with the GPU vendor's operator, which labels the models. */
  static aks(): Platform {
    return new Platform('aks');
  }

  /** OpenShift with the GPU vendor's operator. */
  static openshift(): Platform {
    return new Platform('openshift');
  }

  /** Any cluster with the vendor's device plug-in and feature discovery. */
  static plain(): Platform {
    return new Platform('plain');
  }

  private constructor(name: Provider, options: EksOptions = {}) {
    this.name = name;
    this.options = options;
  }

  /** For people, such as `GKE`. */
  get title(): string {
    return TITLES[this.name];
  }

  /**
   * The label that tells what an EC2 instance has, such as `instance-family`; Auto Mode has its own prefix.
   * @see https://karpenter.sh/docs/concepts/scheduling/#well-known-labels
   * @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html
   */
  instanceLabel(name: string): string {
    return `${this.options.autoMode ? 'eks.amazonaws.com' : 'karpenter.k8s.aws'}/${name}`;
  }
}
