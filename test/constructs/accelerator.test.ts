import { describe, expect, test } from '@jest/globals';
import { Size } from 'cdk8s';
import {
  Accelerator,
  AmdGpu,
  GpuSharing,
  NeuronDevice,
  NvidiaGpu,
  Platform,
  placementSpec,
  TpuGeneration,
} from '../../src/constructs/index.ts';

const GPU_TAINT = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' };

describe('Accelerator.nvidia', () => {
  test.each([
    ['gke', Platform.gke(), { 'cloud.google.com/gke-accelerator': 'nvidia-l4' }],
    ['eks with Karpenter', Platform.eks(), { 'karpenter.k8s.aws/instance-gpu-name': 'l4' }],
    ['eks in Auto Mode', Platform.eks({ autoMode: true }), { 'eks.amazonaws.com/instance-gpu-name': 'l4' }],
    ['openshift', Platform.openshift(), { 'nvidia.com/gpu.product': 'NVIDIA-L4' }],
    ['plain', Platform.plain(), { 'nvidia.com/gpu.product': 'NVIDIA-L4' }],
  ])('is found on %s', (_name, platform, nodeSelector) => {
    const { resource, count, placement } = Accelerator.nvidia(NvidiaGpu.L4, { count: 4 }).on(platform);
    expect({ resource, count }).toEqual({ resource: 'nvidia.com/gpu', count: 4 });
    expect(placementSpec(placement)).toEqual({ nodeSelector, tolerations: [GPU_TAINT] });
  });

  test('is found on aks among the GPU pools, behind their customary taint', () => {
    const { placement } = Accelerator.nvidia(NvidiaGpu.T4).on(Platform.aks());
    expect(placementSpec(placement)).toEqual({
      nodeSelector: { 'kubernetes.azure.com/accelerator': 'nvidia', 'nvidia.com/gpu.product': 'Tesla-T4' },
      tolerations: [GPU_TAINT, { key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' }],
    });
  });

  test('accepts every form factor of a model', () => {
    const { placement } = Accelerator.nvidia(NvidiaGpu.A100_80GB).on(Platform.plain());
    expect(placementSpec(placement).affinity).toMatchObject({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                {
                  key: 'nvidia.com/gpu.product',
                  operator: 'In',
                  values: ['NVIDIA-A100-SXM4-80GB', 'NVIDIA-A100-80GB-PCIe'],
                },
              ],
            },
          ],
        },
      },
    });
  });

  test('tells models of one name apart by their memory', () => {
    const selectorOf = (gpu: NvidiaGpu) =>
      placementSpec(Accelerator.nvidia(gpu).on(Platform.eks()).placement).nodeSelector;
    expect(selectorOf(NvidiaGpu.A100_40GB)).not.toEqual(selectorOf(NvidiaGpu.A100_80GB));
  });

  test('asks for a slice by the resource of its profile, and on GKE by the node', () => {
    const slice = Accelerator.nvidia(NvidiaGpu.H100, { migProfile: '1g.10gb' });
    expect(slice.on(Platform.plain()).resource).toBe('nvidia.com/mig-1g.10gb');
    expect(slice.on(Platform.gke()).resource).toBe('nvidia.com/gpu');
    expect(slice.on(Platform.gke()).placement.requirements).toContainEqual({
      key: 'cloud.google.com/gke-gpu-partition-size',
      values: ['1g.10gb'],
    });
  });

  test.each([
    [{ count: 0 }, "'count' must be a positive integer"],
    [{ count: 1.5 }, "'count' must be a positive integer"],
    [{ count: 9 }, "'count' must be at most 8, got 9: no machine has more of NVIDIA-L4; use more replicas instead"],
  ])('refuses %j', (options, message) => {
    expect(() => Accelerator.nvidia(NvidiaGpu.L4, options)).toThrow(message);
  });

  test('refuses more slices than the GPUs of a machine give', () => {
    expect(() => Accelerator.nvidia(NvidiaGpu.A30, { migProfile: '4g.24gb', count: 9 })).toThrow('at most 8, got 9');
  });

  test('writes the media extension of a profile as a resource can have it', () => {
    const slice = Accelerator.nvidia(NvidiaGpu.A100_40GB, { migProfile: '1g.5gb+me' });
    expect(slice.on(Platform.plain()).resource).toBe('nvidia.com/mig-1g.5gb.me');
    expect(slice.problemsOn(Platform.gke())).toEqual([expect.stringContaining("leave '+me' out")]);
  });

  test.each([
    [
      'time slices',
      GpuSharing.timeSlicing(),
      Platform.plain(),
      'nvidia.com/gpu',
      { 'nvidia.com/gpu.product': 'Tesla-T4-SHARED', 'nvidia.com/gpu.sharing-strategy': 'time-slicing' },
    ],
    [
      'renamed time slices',
      GpuSharing.timeSlicing({ renamed: true }),
      Platform.openshift(),
      'nvidia.com/gpu.shared',
      { 'nvidia.com/gpu.product': 'Tesla-T4', 'nvidia.com/gpu.sharing-strategy': 'time-slicing' },
    ],
    [
      'MPS',
      GpuSharing.mps(),
      Platform.eks(),
      'nvidia.com/gpu',
      { 'karpenter.k8s.aws/instance-gpu-name': 't4', 'nvidia.com/gpu.sharing-strategy': 'mps' },
    ],
    [
      'time slices of GKE',
      GpuSharing.timeSlicing({ clients: 4 }),
      Platform.gke(),
      'nvidia.com/gpu',
      {
        'cloud.google.com/gke-accelerator': 'nvidia-tesla-t4',
        'cloud.google.com/gke-gpu-sharing-strategy': 'time-sharing',
        'cloud.google.com/gke-max-shared-clients-per-gpu': '4',
      },
    ],
  ])('finds %s', (_what, sharing, platform, resource, nodeSelector) => {
    const request = Accelerator.nvidia(NvidiaGpu.T4, { sharing }).on(platform);
    expect(request.resource).toBe(resource);
    expect(placementSpec(request.placement).nodeSelector).toEqual(nodeSelector);
  });

  test("reaches GKE's MPS daemon through the node's IPC namespace", () => {
    const share = Accelerator.nvidia(NvidiaGpu.L4, { sharing: GpuSharing.mps({ clients: 2 }) });
    expect(share.on(Platform.gke()).hostIpc).toBe(true);
    expect(share.on(Platform.plain()).hostIpc).toBeUndefined();
  });

  test.each([1, 49, 2.5])('refuses %d clients of one GPU', (clients) => {
    expect(() => GpuSharing.mps({ clients })).toThrow("'clients' must be a whole number from 2 to 48");
  });

  test('claims a model by its name, whatever labels the node has', () => {
    const { resource, claim, placement } = Accelerator.nvidia(NvidiaGpu.A100_80GB, { count: 2, claim: true }).on();
    expect({ resource, claim }).toEqual({
      resource: undefined,
      claim: {
        deviceClass: 'gpu.nvidia.com',
        count: 2,
        selector:
          "device.attributes['gpu.nvidia.com'].productName.replace(' ', '-') in ['NVIDIA-A100-SXM4-80GB', 'NVIDIA-A100-80GB-PCIe']",
      },
    });
    expect(placementSpec(placement)).toEqual({ tolerations: [GPU_TAINT] });
  });

  test('claims a slice by its profile', () => {
    const { claim } = Accelerator.nvidia(NvidiaGpu.H200, { migProfile: '1g.18gb', claim: true }).on();
    expect(claim?.deviceClass).toBe('mig.nvidia.com');
    expect(claim?.selector).toMatch(/ && device\.attributes\['gpu\.nvidia\.com'\]\.profile == '1g\.18gb'$/);
  });

  test('takes network cards along, with the huge pages that they need', () => {
    const gpus = Accelerator.nvidia(NvidiaGpu.H100, { count: 8, efa: 32 });
    expect(gpus.on(Platform.eks()).besides).toEqual({ 'vpc.amazonaws.com/efa': '32', 'hugepages-2Mi': '5120Mi' });
    expect(gpus.needsMemory).toBe(true);
  });

  test.each([
    ['a model that GKE does not have', Accelerator.nvidia(NvidiaGpu.L40S), Platform.gke(), 'not offered on GKE'],
    ['a model that EKS does not have', Accelerator.nvidia(NvidiaGpu.A30), Platform.eks(), 'not offered on EKS'],
    ['a claim of nodes yet to come', Accelerator.nvidia(NvidiaGpu.L4, { claim: true }), Platform.eks(), 'add no nodes'],
    ["AWS's network elsewhere", Accelerator.nvidia(NvidiaGpu.H100, { efa: 4 }), Platform.aks(), 'AKS has none'],
    [
      'a share of unknown size on GKE',
      Accelerator.nvidia(NvidiaGpu.L4, { sharing: GpuSharing.timeSlicing() }),
      Platform.gke(),
      "needs 'clients' on GKE",
    ],
  ])('warns of %s', (_what, accelerator, platform, message) => {
    expect(accelerator.problemsOn(platform)).toEqual([expect.stringContaining(message)]);
  });

  test('finds models without a name of one word by their instances', () => {
    const { placement } = Accelerator.nvidia(NvidiaGpu.GB200, { count: 4 }).on(Platform.eks());
    expect(placementSpec(placement).nodeSelector).toEqual({ 'karpenter.k8s.aws/instance-family': 'p6e-gb200' });
  });
});

describe('Accelerator.amd', () => {
  test('is found by the device, since its name differs between drivers', () => {
    const { resource, placement } = Accelerator.amd(AmdGpu.MI300X, { count: 8 }).on(Platform.openshift());
    expect(resource).toBe('amd.com/gpu');
    expect(placement.requirements).toEqual([
      { key: 'amd.com/gpu.device-id', values: ['74a1', '74a9', '74b5', '74bd'] },
    ]);
    expect(placement.tolerations).toEqual([{ ...GPU_TAINT, key: 'amd.com/gpu' }]);
  });

  test('asks for partitions by their resource', () => {
    const parts = Accelerator.amd(AmdGpu.MI325X, { partition: 'cpx_nps4', count: 64 });
    expect(parts.on(Platform.aks())).toMatchObject({ resource: 'amd.com/cpx_nps4', count: 64 });
    expect(() => Accelerator.amd(AmdGpu.MI325X, { partition: 'dpx_nps2', count: 17 })).toThrow('at most 16, got 17');
  });

  test('is claimed from its class', () => {
    expect(Accelerator.amd(AmdGpu.MI250, { claim: true }).on().claim).toEqual({ deviceClass: 'gpu.amd.com', count: 1 });
    const part = Accelerator.amd(AmdGpu.MI300X, { claim: true, partition: 'cpx_nps1' });
    expect(part.problemsOn()).toEqual([expect.stringContaining("'claim' cannot ask for a 'partition'")]);
  });

  test.each([Platform.gke(), Platform.eks()])('is not to be had on %j', (platform) => {
    expect(Accelerator.amd(AmdGpu.MI300X).problemsOn(platform)).toEqual([expect.stringContaining('is not offered on')]);
  });
});

describe('Accelerator.gaudi', () => {
  const hugePages = Size.gibibytes(20);

  test('takes huge pages', () => {
    const cards = Accelerator.gaudi('Gaudi 3', { count: 8, hugePages });
    expect(cards.on()).toEqual({
      resource: 'habana.ai/gaudi',
      count: 8,
      besides: { 'hugepages-2Mi': '20480Mi' },
      placement: { requirements: [], tolerations: [{ ...GPU_TAINT, key: 'habana.ai/gaudi' }] },
    });
    expect(cards.needsMemory).toBe(true);
  });

  test('is on EKS in its first generation only', () => {
    const first = Accelerator.gaudi('Gaudi', { hugePages });
    expect(first.problemsOn(Platform.eks())).toEqual([]);
    expect(placementSpec(first.on(Platform.eks()).placement).nodeSelector).toEqual({
      'karpenter.k8s.aws/instance-family': 'dl1',
    });
    expect(Accelerator.gaudi('Gaudi 2', { hugePages }).problemsOn(Platform.eks())).toHaveLength(1);
  });
});

describe('Accelerator.neuron', () => {
  test('is requested by device, with its network', () => {
    const chips = Accelerator.neuron(NeuronDevice.TRAINIUM, { devices: 16, efa: 8 }).on(Platform.eks());
    expect(chips).toMatchObject({
      resource: 'aws.amazon.com/neuron',
      count: 16,
      besides: { 'vpc.amazonaws.com/efa': '8', 'hugepages-2Mi': '5120Mi' },
      placement: { requirements: [{ key: 'karpenter.k8s.aws/instance-family', values: ['trn1', 'trn1n'] }] },
    });
  });

  test('is requested by core', () => {
    const cores = Accelerator.neuron(NeuronDevice.INFERENTIA_2, { cores: 4 });
    expect(cores.on(Platform.eks({ autoMode: true }))).toMatchObject({
      resource: 'aws.amazon.com/neuroncore',
      count: 4,
      placement: { requirements: [{ key: 'eks.amazonaws.com/instance-family', values: ['inf2'] }] },
    });
    expect(() => Accelerator.neuron(NeuronDevice.INFERENTIA_2, { cores: 25 })).toThrow("'cores' must be at most 24");
  });

  test('is claimed by the instance that it sits in', () => {
    expect(Accelerator.neuron(NeuronDevice.INFERENTIA, { claim: true }).on().claim?.selector).toBe(
      "device.attributes['neuron.aws.com'].instanceType.startsWith('inf1.')",
    );
  });

  test('is of AWS alone', () => {
    const chip = Accelerator.neuron(NeuronDevice.TRAINIUM_2);
    expect(chip.problemsOn(Platform.gke())).toEqual([expect.stringContaining('run the job on Platform.eks()')]);
    expect(chip.problemsOn(Platform.eks())).toEqual([]);
  });
});

describe('Accelerator.tpu', () => {
  test.each([
    ['one chip', Accelerator.tpu(TpuGeneration.V5E, { topology: '1x1' }), 1, 1],
    ['eight chips of one machine', Accelerator.tpu(TpuGeneration.V6E, { topology: '2x4' }), 8, 1],
    ['eight chips of two', Accelerator.tpu(TpuGeneration.V6E, { topology: '2x4', chipsPerHost: 4 }), 4, 2],
    ['a flat slice', Accelerator.tpu(TpuGeneration.V5E, { topology: '16x16' }), 4, 64],
    ['the smallest cube', Accelerator.tpu(TpuGeneration.V4, { topology: '2x2x1' }), 4, 1],
    ['a large cube', Accelerator.tpu(TpuGeneration.V5P, { topology: '4x8x8' }), 4, 64],
    ['several slices', Accelerator.tpu(TpuGeneration.V7X, { topology: '2x2x2', slices: 3 }), 4, 2],
  ])('counts the machines of %s', (_what, accelerator, chips, hosts) => {
    expect(accelerator.count).toBe(chips);
    expect(accelerator.slice?.hosts).toBe(hosts);
  });

  test('is found by generation and topology', () => {
    const { resource, placement } = Accelerator.tpu(TpuGeneration.V6E, { topology: '4x4' }).on(Platform.gke());
    expect(resource).toBe('google.com/tpu');
    expect(placementSpec(placement)).toEqual({
      nodeSelector: {
        'cloud.google.com/gke-tpu-accelerator': 'tpu-v6e-slice',
        'cloud.google.com/gke-tpu-topology': '4x4',
      },
      tolerations: [{ ...GPU_TAINT, key: 'google.com/tpu' }],
    });
  });

  test('is of Google alone', () => {
    const slice = Accelerator.tpu(TpuGeneration.V5E, { topology: '2x2' });
    expect(slice.problemsOn(Platform.eks())).toEqual([expect.stringContaining('run the job on Platform.gke()')]);
  });

  test('refuses machines that do not make up the slice', () => {
    const options = { topology: '4x4', chipsPerHost: 8 } as const;
    expect(() => Accelerator.tpu(TpuGeneration.V5E, options)).toThrow('of a v5e slice of 4x4 must be 4, got 8');
  });

  test('refuses a slice larger than a pod, and sides out of order', () => {
    expect(() => Accelerator.tpu(TpuGeneration.V4, { topology: '16x20x20' })).toThrow('at most 4096');
    expect(() => Accelerator.tpu(TpuGeneration.V5P, { topology: '8x4x4' })).toThrow('sides ascending');
  });
});

describe('Accelerator.custom', () => {
  test('runs wherever its resource is', () => {
    const { resource, placement } = Accelerator.custom({ resource: 'amd.com/gpu' }).on(Platform.gke());
    expect(resource).toBe('amd.com/gpu');
    expect(placementSpec(placement)).toEqual({});
  });

  test('refuses a resource that no device plug-in offers', () => {
    expect(() => Accelerator.custom({ resource: 'cpu' })).toThrow("'resource' must be an extended resource");
  });
});
