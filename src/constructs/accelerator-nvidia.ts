import type { NvidiaGpu } from './accelerator-nvidia-models.ts';
import { type AcceleratorModel, type AcceleratorRequest, checkedCount, notOffered } from './accelerator-request.ts';
import type { Platform } from './cluster-platform.ts';
import type { GpuSharing } from './gpu-sharing.ts';
import type { NodePlacement, NodeRequirement, Toleration } from './node-placement.ts';

interface Fast {
  /**
   * EFA network cards for each pod, on EKS: 4 on a p4d, 32 on a p5, 16 on a p5en.
   * @see https://docs.aws.amazon.com/eks/latest/userguide/node-efa.html
   * @default 0
   */
  readonly efa?: number;
}

/** Whole GPUs. */
export interface WholeGpus extends Fast {
  /** GPUs for each pod. @default 1 */
  readonly count?: number;
  /** Claims them through dynamic resource allocation (NVIDIA's DRA driver) instead of the device plug-in. @default false */
  readonly claim?: boolean;
  readonly migProfile?: undefined;
  readonly sharing?: undefined;
}

/** MIG slices: parts of a GPU with memory and processors of their own. */
export interface MigSlices<Mig extends string> {
  /** A profile of the model, such as `1g.10gb`. */
  readonly migProfile: Mig;
  /** Slices for each pod. @default 1 */
  readonly count?: number;
  /** Claims them through dynamic resource allocation (NVIDIA's DRA driver) instead of the device plug-in. @default false */
  readonly claim?: boolean;
  readonly sharing?: undefined;
  readonly efa?: undefined;
}

/** A share of a GPU, without memory of its own. Two shares may be of one GPU, so a pod can have only one. */
export interface GpuShare {
  /** In turn, or at once. */
  readonly sharing: GpuSharing;
  readonly count?: 1;
  readonly migProfile?: undefined;
  readonly claim?: false;
  readonly efa?: undefined;
}

/** How many GPUs, and which part of each. */
export type NvidiaOptions<Mig extends string = never> =
  | WholeGpus
  | GpuShare
  | ([Mig] extends [never] ? never : MigSlices<Mig>);

const GPU_TAINT: Toleration = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' };
const AKS_TAINT: Toleration = { key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' };
const DRIVER = 'gpu.nvidia.com';

/** What the options say, whichever of the three forms they have. */
interface Part {
  readonly count?: number;
  readonly migProfile?: string;
  readonly sharing?: GpuSharing;
  readonly claim?: boolean;
  readonly efa?: number;
}

export function nvidia<Mig extends string>(gpu: NvidiaGpu<Mig>, options: NvidiaOptions<Mig>): AcceleratorModel {
  const part: Part = options;
  const perGpu = slicesOf(gpu, part.migProfile);
  const whole = part.migProfile ? `${gpu.title} MIG ${part.migProfile}` : gpu.title;
  const name = part.sharing ? `${whole} by ${part.sharing.strategy}` : whole;
  const most = part.sharing ? 1 : perGpu * (gpu.names.perNode ?? 8);
  return {
    name,
    count: checkedCount('count', part.count ?? 1, most, name),
    request: (platform) => (part.claim ? claimed(gpu, part, platform) : requested(gpu, part, platform)),
    problems: (platform) => problemsOf(gpu, part, platform),
    ...(part.efa && { needsMemory: true }),
  };
}

function slicesOf<Mig extends string>(gpu: NvidiaGpu<Mig>, profile: string | undefined): number {
  if (profile === undefined) return 1;
  const profiles: Readonly<Record<string, number>> = gpu.names.migProfiles ?? {};
  const slices = profiles[profile];
  if (slices !== undefined) return slices;
  const known = Object.keys(profiles);
  const mend = known.length > 0 ? `choose one of ${known.join(', ')}` : 'leave it out: this model cannot be sliced';
  throw new Error(`'migProfile' of ${gpu.title} must not be '${profile}': ${mend}`);
}

type Request = Omit<AcceleratorRequest, 'count'>;

function requested<Mig extends string>(gpu: NvidiaGpu<Mig>, part: Part, platform: Platform): Request {
  const { migProfile, sharing, efa } = part;
  return {
    resource: resourceOf(platform, migProfile, sharing),
    placement: placementOf(gpu, part, platform),
    // Huge pages in the amount that AWS documents for libfabric's EFA provider.
    ...(efa && { besides: { 'vpc.amazonaws.com/efa': String(efa), 'hugepages-2Mi': '5120Mi' } }),
    ...(sharing?.strategy === 'mps' && platform.name === 'gke' && { hostIpc: true }),
  };
}

/** @see https://github.com/NVIDIA/k8s-device-plugin#with-cuda-time-slicing */
function resourceOf(platform: Platform, migProfile: string | undefined, sharing: GpuSharing | undefined): string {
  if (platform.name === 'gke') return 'nvidia.com/gpu';
  if (sharing?.renamed) return 'nvidia.com/gpu.shared';
  // The device plug-in writes the media extension of a profile, `+me`, as a resource's name can have it.
  return migProfile ? `nvidia.com/mig-${migProfile.replace('+', '.')}` : 'nvidia.com/gpu';
}

function placementOf<Mig extends string>(gpu: NvidiaGpu<Mig>, part: Part, platform: Platform): NodePlacement {
  switch (platform.name) {
    case 'gke':
      return { requirements: gkeRequirements(gpu, part), tolerations: [GPU_TAINT] };
    case 'eks':
      return { requirements: [...eksRequirements(gpu, platform), ...shared(part)], tolerations: [GPU_TAINT] };
    case 'aks':
      return {
        requirements: [
          { key: 'kubernetes.azure.com/accelerator', values: ['nvidia'] },
          discoveredProduct(gpu, part),
          ...shared(part),
        ],
        tolerations: [GPU_TAINT, AKS_TAINT],
      };
    default:
      return { requirements: [discoveredProduct(gpu, part), ...shared(part)], tolerations: [GPU_TAINT] };
  }
}

/**
 * @see https://cloud.google.com/kubernetes-engine/docs/how-to/gpus-multi
 * @see https://cloud.google.com/kubernetes-engine/docs/how-to/timesharing-gpus
 * @see https://cloud.google.com/kubernetes-engine/docs/how-to/nvidia-mps-gpus
 */
function gkeRequirements<Mig extends string>(gpu: NvidiaGpu<Mig>, { migProfile, sharing }: Part): NodeRequirement[] {
  return [
    { key: 'cloud.google.com/gke-accelerator', values: [gpu.names.gke ?? gpu.title] },
    ...(migProfile ? [{ key: 'cloud.google.com/gke-gpu-partition-size', values: [migProfile] }] : []),
    ...(sharing
      ? [
          {
            key: 'cloud.google.com/gke-gpu-sharing-strategy',
            values: [sharing.strategy === 'mps' ? 'mps' : 'time-sharing'],
          },
          ...(sharing.clients
            ? [{ key: 'cloud.google.com/gke-max-shared-clients-per-gpu', values: [String(sharing.clients)] }]
            : []),
        ]
      : []),
  ];
}

function eksRequirements<Mig extends string>({ names }: NvidiaGpu<Mig>, platform: Platform): NodeRequirement[] {
  const { eks, eksFamilies, eksMemory } = names;
  if (eksFamilies) return [{ key: platform.instanceLabel('instance-family'), values: eksFamilies }];
  return [
    { key: platform.instanceLabel('instance-gpu-name'), values: [eks ?? names.products[0] ?? ''] },
    ...(eksMemory ? [{ key: platform.instanceLabel('instance-gpu-memory'), values: [String(eksMemory)] }] : []),
  ];
}

/**
 * Feature discovery leaves the product's name as it is under the mixed MIG strategy and for shares that have a resource
 * of their own; where shares are offered under the GPU's own resource, it says so in the name.
 * @see https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/gpu-sharing.html
 */
function discoveredProduct<Mig extends string>(gpu: NvidiaGpu<Mig>, { sharing }: Part): NodeRequirement {
  const suffix = sharing && !sharing.renamed ? '-SHARED' : '';
  return { key: 'nvidia.com/gpu.product', values: gpu.names.products.map((product) => `${product}${suffix}`) };
}

const shared = ({ sharing }: Part): NodeRequirement[] =>
  sharing ? [{ key: 'nvidia.com/gpu.sharing-strategy', values: [sharing.strategy] }] : [];

/** @see https://github.com/kubernetes-sigs/dra-driver-nvidia-gpu */
function claimed<Mig extends string>(gpu: NvidiaGpu<Mig>, part: Part, platform: Platform): Request {
  const attribute = (name: string) => `device.attributes['${DRIVER}'].${name}`;
  const products = gpu.names.products.map((product) => `'${product}'`).join(', ');
  // The driver publishes NVML's name, which feature discovery writes with dashes for spaces.
  const isModel = `${attribute('productName')}.replace(' ', '-') in [${products}]`;
  const { migProfile, efa } = part;
  const { tolerations } = placementOf(gpu, part, platform);
  return {
    placement: { requirements: [], tolerations },
    claim: {
      deviceClass: migProfile ? 'mig.nvidia.com' : DRIVER,
      count: part.count ?? 1,
      selector: migProfile ? `${isModel} && ${attribute('profile')} == '${migProfile}'` : isModel,
    },
    ...(efa && { besides: { 'vpc.amazonaws.com/efa': String(efa), 'hugepages-2Mi': '5120Mi' } }),
  };
}

function problemsOf<Mig extends string>(gpu: NvidiaGpu<Mig>, part: Part, platform: Platform): string[] {
  const { gke, eks, eksFamilies } = gpu.names;
  const problems: string[] = [];
  if (platform.name === 'gke' && !gke) problems.push(notOffered(gpu.title, platform, "name it in 'NvidiaGpu.of'"));
  if (platform.name === 'eks' && !eks && !eksFamilies) {
    problems.push(notOffered(gpu.title, platform, "name it in 'NvidiaGpu.of'"));
  }
  if (part.claim && platform.name === 'eks') {
    problems.push(
      "'claim': Karpenter and Auto Mode add no nodes for a claim that selects a model; request GPUs without it, or, for node groups of a fixed size, use Platform.plain()",
    );
  }
  if (part.efa && platform.name !== 'eks') {
    problems.push(`'efa' is a network of AWS, and ${platform.title} has none: leave it out`);
  }
  if (part.sharing && platform.name === 'gke' && !part.sharing.clients) {
    problems.push("'sharing' needs 'clients' on GKE: as many as the node pool lets share one GPU");
  }
  if (part.migProfile?.endsWith('+me') && platform.name === 'gke') {
    problems.push(`'migProfile' ${part.migProfile}: GKE has no partition size with a media extension; leave '+me' out`);
  }
  return problems;
}
