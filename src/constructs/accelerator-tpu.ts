import { type AcceleratorModel, notOffered } from './accelerator-request.ts';
import type { Toleration } from './node-placement.ts';

/** Slices on one or two machines, and flat ones up to a whole pod of 256 chips. */
type Flat = '1x1' | '2x2' | '2x4' | '4x4' | '4x8' | '8x8' | '8x16' | '16x16';
type Side = 4 | 8 | 12 | 16 | 20 | 24;
/** Slices of up to 64 chips, and larger ones whose sides are multiples of 4. */
type Cube = '2x2x1' | '2x2x2' | '2x2x4' | '2x4x4' | `${Side}x${Side}x${Side}`;

interface TpuNames {
  readonly title: string;
  /** `cloud.google.com/gke-tpu-accelerator`. */
  readonly accelerator: string;
  /** Chips of a whole pod. */
  readonly most: number;
  /** Has machines of 1 and of 8 chips as well; those of all other slices have 4. */
  readonly flat: boolean;
}

/**
 * A generation of Google TPU. The type parameter holds the topologies that its slices can have.
 * @see https://cloud.google.com/kubernetes-engine/docs/concepts/plan-tpus
 */
export class TpuGeneration<Topology extends string = string> {
  static readonly V4 = new TpuGeneration<Cube>({
    title: 'v4',
    accelerator: 'tpu-v4-podslice',
    most: 4096,
    flat: false,
  });
  static readonly V5E = new TpuGeneration<Flat>({
    title: 'v5e',
    accelerator: 'tpu-v5-lite-podslice',
    most: 256,
    flat: true,
  });
  static readonly V5P = new TpuGeneration<Cube>({
    title: 'v5p',
    accelerator: 'tpu-v5p-slice',
    most: 6144,
    flat: false,
  });
  static readonly V6E = new TpuGeneration<Flat>({ title: 'v6e', accelerator: 'tpu-v6e-slice', most: 256, flat: true });
  static readonly V7X = new TpuGeneration<Cube>({ title: '7x', accelerator: 'tpu7x', most: 9216, flat: false });

  readonly names: TpuNames;
  /** The topologies, for the compiler alone. */
  declare readonly topologies: Topology;

  private constructor(names: TpuNames) {
    this.names = names;
  }
}

/** Which slice of TPUs a job gets. */
export interface TpuOptions<Topology extends string> {
  /** How the chips of one slice are laid out, such as `4x4`. */
  readonly topology: Topology;
  /**
   * Chips of each machine: 8 puts a slice of 2x4 on one machine, 4 on two. All larger slices have machines of 4.
   * @default - 8 for 2x4, 1 for 1x1, 4 for all others
   */
  readonly chipsPerHost?: 1 | 4 | 8;
  /** Slices that the job spans. @default 1 */
  readonly slices?: number;
}

const TAINT: Toleration = { key: 'google.com/tpu', operator: 'Exists', effect: 'NoSchedule' };

/** @throws when the topology is none of the generation, or the machines do not make it up */
export function tpu<T extends string>({ names }: TpuGeneration<T>, options: TpuOptions<T>): AcceleratorModel {
  const { topology, slices = 1 } = options;
  const chips = chipsOf(names, topology);
  const perHost = options.chipsPerHost ?? (chips <= 8 && names.flat ? chips : 4);
  const name = `TPU ${names.title}`;
  if (!machinesOf(names, chips).includes(perHost)) {
    throw new Error(
      `'chipsPerHost' of a ${names.title} slice of ${topology} must be ${machinesOf(names, chips).join(' or ')}, got ${perHost}`,
    );
  }
  if (!Number.isInteger(slices) || slices < 1) throw new Error(`'slices' must be a positive integer, got ${slices}`);
  return {
    name,
    count: perHost,
    slice: { name: `a ${names.title} slice of ${topology}`, hosts: chips / perHost, slices },
    request: () => ({
      resource: 'google.com/tpu',
      placement: {
        requirements: [
          { key: 'cloud.google.com/gke-tpu-accelerator', values: [names.accelerator] },
          { key: 'cloud.google.com/gke-tpu-topology', values: [topology] },
        ],
        tolerations: [TAINT],
      },
    }),
    problems: (platform) =>
      platform.name === 'gke' ? [] : [notOffered(name, platform, 'run the job on Platform.gke()')],
  };
}

function chipsOf({ title, flat, most }: TpuNames, topology: string): number {
  const sides = topology.split('x').map(Number);
  const chips = sides.reduce((product, side) => product * side, 1);
  const ascending = sides.every((side, index) => index === 0 || side >= (sides[index - 1] ?? 0));
  const valid = sides.length === (flat ? 2 : 3) && Number.isInteger(chips) && chips >= 1;
  if (!valid || (!ascending && topology !== '2x2x1')) {
    const example = flat ? '4x4' : '2x2x4';
    throw new Error(
      `'topology' of a ${title} slice must be written like ${example}, sides ascending, got '${topology}'`,
    );
  }
  if (chips > most) throw new Error(`'topology' ${topology} has ${chips} chips: a ${title} slice has at most ${most}`);
  return chips;
}

/** Chips that each machine of such a slice may have. */
function machinesOf({ flat }: TpuNames, chips: number): readonly number[] {
  if (!flat || chips > 8) return [4];
  return chips === 8 ? [8, 4] : [chips];
}
