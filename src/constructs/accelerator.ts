import { Platform } from './cluster-platform.ts';
import type { NodePlacement } from './node-placement.ts';
import type { NvidiaGpu } from './nvidia-gpu.ts';

/** How many GPUs, and which part of each. */
export interface NvidiaOptions {
  /**
   * GPUs (or slices) for each pod.
   * @default 1
   */
  readonly count?: number;
  /**
   * A MIG slice instead of whole GPUs, such as `1g.10gb`.
   * @default - whole GPUs
   */
  readonly migProfile?: string;
}

/** An accelerator of another vendor, in its own words. */
export interface CustomAcceleratorOptions {
  /** The extended resource of its device plug-in, such as `amd.com/gpu`. */
  readonly resource: string;
  /** @default 1 */
  readonly count?: number;
  /** @default - any node that offers the resource */
  readonly placement?: NodePlacement;
}

/** What one pod gets from an accelerator on a given platform. */
export interface AcceleratorRequest {
  readonly resource: string;
  readonly count: number;
  readonly placement: NodePlacement;
}

const MIG_PROFILE = /^[1-7]g\.\d+gb(\+me)?$/;
const ANYWHERE: NodePlacement = { requirements: [], tolerations: [] };

/** Hardware that a training pod computes on: what it requests, and on which nodes it is found. */
export class Accelerator {
  /** Accelerators for each pod. */
  readonly count: number;
  private readonly request: (platform: Platform) => Omit<AcceleratorRequest, 'count'>;

  /**
   * GPUs of one NVIDIA model.
   * @throws when the count is not a positive integer or the MIG profile is not one
   */
  static nvidia(gpu: NvidiaGpu, options: NvidiaOptions = {}): Accelerator {
    const { migProfile } = options;
    if (migProfile !== undefined && !MIG_PROFILE.test(migProfile)) {
      throw new Error(`'migProfile' must look like 1g.10gb, got '${migProfile}'`);
    }
    return new Accelerator(options.count ?? 1, (platform) => ({
      resource: platform.nvidiaResource(migProfile),
      placement: platform.nvidiaPlacement(gpu, migProfile),
    }));
  }

  /** Any device that a device plug-in offers as an extended resource. */
  static custom(options: CustomAcceleratorOptions): Accelerator {
    const { resource, placement = ANYWHERE } = options;
    if (!resource.includes('/')) {
      throw new Error(`'resource' must be an extended resource such as amd.com/gpu, got '${resource}'`);
    }
    return new Accelerator(options.count ?? 1, () => ({ resource, placement }));
  }

  private constructor(count: number, request: (platform: Platform) => Omit<AcceleratorRequest, 'count'>) {
    if (!Number.isInteger(count) || count < 1) throw new Error(`'count' must be a positive integer, got ${count}`);
    this.count = count;
    this.request = request;
  }

  /** What a pod asks for on this platform. */
  on(platform: Platform = Platform.plain()): AcceleratorRequest {
    return { ...this.request(platform), count: this.count };
  }
}
