import { type AmdGpu, type AmdOptions, amd } from './accelerator-amd.ts';
import { type GaudiModel, type GaudiOptions, gaudi } from './accelerator-gaudi.ts';
import { type NeuronDevice, type NeuronOptions, neuron } from './accelerator-neuron.ts';
import { type NvidiaOptions, nvidia } from './accelerator-nvidia.ts';
import type { NvidiaGpu } from './accelerator-nvidia-models.ts';
import type { AcceleratorModel, AcceleratorRequest, AcceleratorSlice } from './accelerator-request.ts';
import { type TpuGeneration, type TpuOptions, tpu } from './accelerator-tpu.ts';
import { Platform } from './cluster-platform.ts';
import type { NodePlacement } from './node-placement.ts';

/** An accelerator of another vendor, in its own words. */
export interface CustomAcceleratorOptions {
  /** The extended resource of its device plug-in, such as `example.com/npu`. */
  readonly resource: string;
  /** @default 1 */
  readonly count?: number;
  /** @default - any node that offers the resource */
  readonly placement?: NodePlacement;
}

const ANYWHERE: NodePlacement = { requirements: [], tolerations: [] };

/** Hardware that a training pod computes on: what it requests, and on which nodes it is found. */
export class Accelerator {
  /** In words, such as `NVIDIA H100`. */
  readonly name: string;
  /** Accelerators for each pod. */
  readonly count: number;
  /** Set for machines that only work together. */
  readonly slice: AcceleratorSlice | undefined;
  private readonly model: AcceleratorModel;

  /**
   * GPUs of one NVIDIA model: whole ones, MIG slices, or shares of a GPU in turn or at once (MPS).
   * @throws when the count is not a positive integer, or more than any machine has
   */
  static nvidia<Mig extends string>(gpu: NvidiaGpu<Mig>, options: NvidiaOptions<NoInfer<Mig>> = {}): Accelerator {
    return new Accelerator(nvidia(gpu, options));
  }

  /**
   * GPUs of one AMD Instinct model, or partitions of them.
   * @throws when the count is not a positive integer, or more than any machine has
   */
  static amd<Partition extends string>(
    gpu: AmdGpu<Partition>,
    options: AmdOptions<NoInfer<Partition>> = {},
  ): Accelerator {
    return new Accelerator(amd(gpu, options));
  }

  /**
   * Intel Gaudi.
   * @throws when the count is not 1 to 8
   */
  static gaudi(model: GaudiModel, options: GaudiOptions): Accelerator {
    return new Accelerator(gaudi(model, options));
  }

  /**
   * AWS Trainium or Inferentia, by device or by core.
   * @throws when the count is not a positive integer, or more than any machine has
   */
  static neuron(device: NeuronDevice, options: NeuronOptions = {}): Accelerator {
    return new Accelerator(neuron(device, options));
  }

  /** Google TPU slices of one generation and topology; the number of pods follows from them. */
  static tpu<T extends string>(generation: TpuGeneration<T>, options: TpuOptions<NoInfer<T>>): Accelerator {
    return new Accelerator(tpu(generation, options));
  }

  /** Any device that a device plug-in offers as an extended resource. */
  static custom(options: CustomAcceleratorOptions): Accelerator {
    const { resource, count = 1, placement = ANYWHERE } = options;
    if (!resource.includes('/')) {
      throw new Error(`'resource' must be an extended resource such as amd.com/gpu, got '${resource}'`);
    }
    if (!Number.isInteger(count) || count < 1) throw new Error(`'count' must be a positive integer, got ${count}`);
    return new Accelerator({ name: resource, count, request: () => ({ resource, placement }), problems: () => [] });
  }

  private constructor(model: AcceleratorModel) {
    this.name = model.name;
    this.count = model.count;
    this.slice = model.slice;
    this.model = model;
  }

  /** What a pod asks for on this platform. */
  on(platform: Platform = Platform.plain()): AcceleratorRequest {
    return { ...this.model.request(platform), count: this.count };
  }

  /** Why a pod cannot have it on this platform, in words that say how to mend it. */
  problemsOn(platform: Platform = Platform.plain()): readonly string[] {
    return this.model.problems(platform);
  }

  /** In words that tell machines of one slice from those of another, such as `TPU v6e in a v6e slice of 4x4`. */
  get title(): string {
    return this.slice ? `${this.name} in ${this.slice.name}` : this.name;
  }

  /** Whether nodes that have another accelerator give pods this one. */
  isOfferedBy(other: Accelerator, platform: Platform): boolean {
    if (other.title !== this.title) return false;
    const [wanted, offered] = [this.on(platform), other.on(platform)];
    if (wanted.claim || offered.claim) return true;
    const nodes = ({ resource, placement }: AcceleratorRequest) => JSON.stringify([resource, placement.requirements]);
    return nodes(wanted) === nodes(offered);
  }

  /** It takes huge pages, so that the API server refuses a pod that asks for neither cpu nor memory. */
  get needsMemory(): boolean {
    return this.model.needsMemory ?? false;
  }
}
