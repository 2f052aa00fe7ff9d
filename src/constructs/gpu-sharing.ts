/** Between how many, and under which resource, a GPU is shared. */
export interface GpuSharingOptions {
  /** On GKE: how many clients the node pool lets share one GPU. @default - it does not matter elsewhere */
  readonly clients?: number;
  /** The device plug-in offers shares as `nvidia.com/gpu.shared` (`renameByDefault`). @default false */
  readonly renamed?: boolean;
}

/** How several pods share one NVIDIA GPU. */
export class GpuSharing {
  /** As feature discovery calls it. */
  readonly strategy: 'time-slicing' | 'mps';
  readonly clients: number | undefined;
  readonly renamed: boolean;

  /** Pods take turns; nothing bounds the memory that one takes. */
  static timeSlicing(options: GpuSharingOptions = {}): GpuSharing {
    return new GpuSharing('time-slicing', options);
  }

  /** Pods compute at once, each with its part of memory and processors. Not together with MIG. */
  static mps(options: GpuSharingOptions = {}): GpuSharing {
    return new GpuSharing('mps', options);
  }

  private constructor(strategy: 'time-slicing' | 'mps', { clients, renamed = false }: GpuSharingOptions) {
    if (clients !== undefined && (!Number.isInteger(clients) || clients < 2 || clients > 48)) {
      throw new Error(`'clients' must be a whole number from 2 to 48, got ${clients}`);
    }
    this.strategy = strategy;
    this.clients = clients;
    this.renamed = renamed;
  }
}
