import { describe, expect, test } from '@jest/globals';
import { Accelerator, NvidiaGpu, Platform, placementSpec } from '../../src/constructs/index.ts';

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
    [{ migProfile: 'small' }, "'migProfile' must look like 1g.10gb"],
  ])('refuses %j', (options, message) => {
    expect(() => Accelerator.nvidia(NvidiaGpu.L4, options)).toThrow(message);
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
