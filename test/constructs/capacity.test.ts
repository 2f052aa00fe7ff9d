import { describe, expect, test } from '@jest/globals';
import { Capacity, Platform, placementSpec } from '../../src/constructs/index.ts';

const noSchedule = (key: string, value: string) => ({ key, operator: 'Equal', value, effect: 'NoSchedule' });
const notIn = (key: string, value: string) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'NotIn', values: [value] }] }],
      },
    },
  },
});

describe('Capacity', () => {
  test.each([
    [
      'spot on GKE',
      Capacity.spot(),
      Platform.gke(),
      {
        nodeSelector: { 'cloud.google.com/gke-spot': 'true' },
        tolerations: [noSchedule('cloud.google.com/gke-spot', 'true')],
      },
    ],
    ['spot on EKS', Capacity.spot(), Platform.eks(), { nodeSelector: { 'karpenter.sh/capacity-type': 'spot' } }],
    [
      'spot on AKS',
      Capacity.spot(),
      Platform.aks(),
      {
        nodeSelector: { 'kubernetes.azure.com/scalesetpriority': 'spot' },
        tolerations: [noSchedule('kubernetes.azure.com/scalesetpriority', 'spot')],
      },
    ],
    ['on demand on GKE', Capacity.onDemand(), Platform.gke(), notIn('cloud.google.com/gke-spot', 'true')],
    [
      'on demand on EKS',
      Capacity.onDemand(),
      Platform.eks(),
      { nodeSelector: { 'karpenter.sh/capacity-type': 'on-demand' } },
    ],
    ['on demand on AKS', Capacity.onDemand(), Platform.aks(), notIn('kubernetes.azure.com/scalesetpriority', 'spot')],
    ['on demand anywhere else', Capacity.onDemand(), Platform.plain(), {}],
    [
      'reserved on GKE',
      Capacity.reserved('h100s'),
      Platform.gke(),
      {
        nodeSelector: {
          'cloud.google.com/reservation-name': 'h100s',
          'cloud.google.com/reservation-affinity': 'specific',
        },
      },
    ],
    [
      'reserved on EKS',
      Capacity.reserved('cr-56fac701cc1951b03'),
      Platform.eks({ autoMode: true }),
      {
        nodeSelector: {
          'karpenter.sh/capacity-type': 'reserved',
          'eks.amazonaws.com/capacity-reservation-id': 'cr-56fac701cc1951b03',
        },
      },
    ],
    [
      'reserved on AKS',
      Capacity.reserved('h100pool'),
      Platform.aks(),
      { nodeSelector: { 'kubernetes.azure.com/agentpool': 'h100pool' } },
    ],
  ])('%s', (_what, capacity, platform, spec) => {
    expect(placementSpec(capacity.on(platform))).toEqual(spec);
    expect(capacity.problemsOn(platform)).toEqual([]);
  });

  test('spot on OpenShift, whatever the value of the label', () => {
    const { affinity } = placementSpec(Capacity.spot().on(Platform.openshift()));
    expect(JSON.stringify(affinity)).toContain(
      '{"key":"machine.openshift.io/interruptible-instance","operator":"Exists"}',
    );
  });

  test.each([
    ['spot nodes of a plain cluster', Capacity.spot(), Platform.plain(), 'no label of its own for spot nodes'],
    ['reserved nodes of OpenShift', Capacity.reserved('a'), Platform.openshift(), 'no label for reserved nodes'],
    ['a reservation on EKS by its name', Capacity.reserved('h100s'), Platform.eks(), 'named by its ID'],
  ])('cannot tell %s', (_what, capacity, platform, message) => {
    expect(capacity.problemsOn(platform)).toEqual([expect.stringContaining(message)]);
  });

  test('a reservation has a name', () => {
    expect(() => Capacity.reserved('')).toThrow("'name' of a reservation must not be empty");
  });
});
