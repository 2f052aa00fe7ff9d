import { type AcceleratorModel, checkedCount, notOffered } from './accelerator-request.ts';
import type { Platform } from './cluster-platform.ts';
import type { NodeRequirement, Toleration } from './node-placement.ts';

interface NeuronNames {
  readonly title: string;
  /** Families of instances that have it. */
  readonly families: readonly string[];
  /** Devices of the largest instance. */
  readonly perNode: number;
  readonly coresPerDevice: number;
}

/**
 * A chip of AWS that the Neuron SDK programs.
 * @see https://awsdocs-neuron.readthedocs-hosted.com/en/latest/containers/tutorials/k8s-neuron-device-plugin.html
 */
export class NeuronDevice {
  static readonly INFERENTIA = new NeuronDevice({
    title: 'AWS Inferentia',
    families: ['inf1'],
    perNode: 16,
    coresPerDevice: 4,
  });
  static readonly INFERENTIA_2 = new NeuronDevice({
    title: 'AWS Inferentia2',
    families: ['inf2'],
    perNode: 12,
    coresPerDevice: 2,
  });
  static readonly TRAINIUM = new NeuronDevice({
    title: 'AWS Trainium',
    families: ['trn1', 'trn1n'],
    perNode: 16,
    coresPerDevice: 2,
  });
  static readonly TRAINIUM_2 = new NeuronDevice({
    title: 'AWS Trainium2',
    families: ['trn2', 'trn2u'],
    perNode: 16,
    coresPerDevice: 8,
  });

  readonly names: NeuronNames;

  private constructor(names: NeuronNames) {
    this.names = names;
  }
}

interface NeuronNetwork {
  /**
   * EFA network cards for each pod: 8 on a trn1.32xlarge, 16 on a trn1n.32xlarge or trn2.48xlarge.
   * @default 0
   */
  readonly efa?: number;
  /** Claims devices through dynamic resource allocation (AWS's DRA driver) instead of the device plug-in. @default false */
  readonly claim?: boolean;
}

/** Whole devices, or single cores of them; not both. */
export type NeuronOptions = NeuronNetwork &
  (
    | {
        /** Devices for each pod, with all their cores. @default 1 */
        readonly devices?: number;
        readonly cores?: undefined;
      }
    | {
        /** Cores for each pod. */
        readonly cores: number;
        readonly devices?: undefined;
        readonly claim?: false;
        readonly efa?: undefined;
      }
  );

const TAINT: Toleration = { key: 'aws.amazon.com/neuron', operator: 'Exists', effect: 'NoSchedule' };

export function neuron({ names }: NeuronDevice, options: NeuronOptions): AcceleratorModel {
  const { title, perNode, coresPerDevice } = names;
  const { cores, devices = 1, efa = 0, claim = false } = options;
  const count =
    cores === undefined
      ? checkedCount('devices', devices, perNode, title)
      : checkedCount('cores', cores, perNode * coresPerDevice, title);
  return {
    name: title,
    count,
    needsMemory: efa > 0,
    request: (platform) => ({
      ...(claim
        ? { claim: { deviceClass: 'neuron.aws.com', count, selector: instanceOf(names) } }
        : { resource: cores === undefined ? 'aws.amazon.com/neuron' : 'aws.amazon.com/neuroncore' }),
      ...(efa > 0 && { besides: { 'vpc.amazonaws.com/efa': String(efa), 'hugepages-2Mi': '5120Mi' } }),
      placement: { requirements: claim ? [] : requirements(names, platform), tolerations: [TAINT] },
    }),
    problems: (platform) => problemsOn(platform, title, efa, claim),
  };
}

const instanceOf = ({ families }: NeuronNames): string =>
  families.map((family) => `device.attributes['neuron.aws.com'].instanceType.startsWith('${family}.')`).join(' || ');

const requirements = ({ families }: NeuronNames, platform: Platform): NodeRequirement[] =>
  platform.name === 'eks' ? [{ key: platform.instanceLabel('instance-family'), values: families }] : [];

function problemsOn(platform: Platform, title: string, efa: number, claim: boolean): string[] {
  const problems: string[] = [];
  if (platform.name === 'gke' || platform.name === 'aks') {
    problems.push(notOffered(title, platform, 'run the job on Platform.eks()'));
  }
  if (claim && platform.name === 'eks') {
    problems.push(
      "'claim': Karpenter and Auto Mode add no nodes for a claim that selects a model; request devices without it, or, for node groups of a fixed size, use Platform.plain()",
    );
  }
  if (!Number.isInteger(efa) || efa < 0) problems.push(`'efa' must be a whole number, got ${efa}`);
  return problems;
}
