import type { PodView } from '../../src/api/scheduling/view.ts';

/** A pod that waits for a node and asks for these resources, in thousandths. */
export const waitingPod = (
  name: string,
  demand: Readonly<Record<string, number>>,
  more: Partial<PodView> = {},
): PodView => ({
  key: `ns/${name}`,
  uid: `uid-${name}`,
  priority: 0,
  mayPreempt: true,
  demand: new Map(Object.entries(demand)),
  nodeSelector: {},
  affinity: [],
  tolerations: [],
  nodeName: '',
  since: '2026-01-01T00:00:00Z',
  ...more,
});
