import { expect, test } from '@jest/globals';
import { Size } from 'cdk8s';
import { Accelerator, AmdGpu, GpuSharing, NeuronDevice, NvidiaGpu, TpuGeneration } from '../../src/constructs/index.ts';

/** Combinations that do not compile. The compiler proves it: a directive without an error beneath it is an error. */
const impossible: readonly (readonly [string, () => Accelerator])[] = [
  // @ts-expect-error an L4 has no slices
  ['a slice of a model without any', () => Accelerator.nvidia(NvidiaGpu.L4, { migProfile: '1g.10gb' })],
  // @ts-expect-error an H100 has slices of 10, 20, 40 and 80 GB
  ["another model's slice", () => Accelerator.nvidia(NvidiaGpu.H100, { migProfile: '1g.5gb' })],
  [
    'a share of a slice',
    // @ts-expect-error MIG and sharing exclude each other
    () => Accelerator.nvidia(NvidiaGpu.H100, { migProfile: '1g.10gb', sharing: GpuSharing.mps() }),
  ],
  // @ts-expect-error two shares may be of one GPU
  ['two shares', () => Accelerator.nvidia(NvidiaGpu.T4, { sharing: GpuSharing.timeSlicing(), count: 2 })],
  // @ts-expect-error an MI250 has no partitions
  ['a partition of a model without any', () => Accelerator.amd(AmdGpu.MI250, { partition: 'cpx_nps4' })],
  // @ts-expect-error the driver needs huge pages
  ['Gaudi without huge pages', () => Accelerator.gaudi('Gaudi 2', { count: 1 })],
  // @ts-expect-error whole devices or single cores
  ['devices and cores', () => Accelerator.neuron(NeuronDevice.TRAINIUM, { devices: 1, cores: 2 })],
  // @ts-expect-error v5e slices are flat
  ['a cube of a flat generation', () => Accelerator.tpu(TpuGeneration.V5E, { topology: '2x2x2' })],
  // @ts-expect-error v5p slices are cubes
  ['a flat slice of a generation of cubes', () => Accelerator.tpu(TpuGeneration.V5P, { topology: '4x4' })],
  // @ts-expect-error TPU nodes are found by labels alone
  ['a claim of a TPU', () => Accelerator.tpu(TpuGeneration.V5E, { topology: '2x2', claim: true })],
];

const REFUSED_AT_RUN_TIME = [
  'a slice of a model without any',
  "another model's slice",
  'two shares',
  'a partition of a model without any',
  'a cube of a flat generation',
  'a flat slice of a generation of cubes',
];

test.each(impossible.filter(([what]) => REFUSED_AT_RUN_TIME.includes(what)))(
  '%s is refused without a compiler too',
  (_what, construct) => {
    expect(construct).toThrow(/'(migProfile|count|partition|topology)'/);
  },
);

test('what compiles', () => {
  expect(Accelerator.nvidia(NvidiaGpu.H100, { migProfile: '2g.20gb', count: 3 }).count).toBe(3);
  expect(Accelerator.gaudi('Gaudi 3', { hugePages: Size.gibibytes(1) }).count).toBe(1);
  expect(Accelerator.tpu(TpuGeneration.V4, { topology: '4x4x12' }).slice?.hosts).toBe(48);
});
