import { expect, test } from '@jest/globals';
import { discoveredGangScheduler } from '../../src/training/gang-discovery.ts';

test.each([
  ['nothing', [], undefined],
  ['priorities only', ['scheduling.k8s.io/v1'], undefined],
  ["Kubernetes' own groups", ['scheduling.k8s.io/v1', 'scheduling.k8s.io/v1alpha2'], 'native'],
  ['scheduler-plugins', ['scheduling.x-k8s.io/v1alpha1', 'scheduling.k8s.io/v1alpha2'], 'scheduler-plugins-scheduler'],
  ['Volcano', ['scheduling.x-k8s.io/v1alpha1', 'scheduling.volcano.sh/v1beta1'], 'volcano'],
  ['another version of Volcano', ['scheduling.volcano.sh/v2'], undefined],
])('a cluster with %s', (_what, served, name) => expect(discoveredGangScheduler(new Set(served))).toBe(name));
