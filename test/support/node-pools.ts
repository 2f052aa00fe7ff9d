import { NODE } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import { FAKE_TAINT, fakeNode } from '../../src/cluster/fake-nodes.ts';
import type { Api } from './api.ts';

/** The label by which the pools of {@link addPools} are told apart. */
export const POOL = 'example.org/pool';
/** Keeps all pods off that do not tolerate it. */
const TAINT = { key: POOL, value: 'own', effect: 'NoSchedule' };

/** Adds so many fake nodes, each a pool of its own, for pods that want one for themselves. Resolves to the way back. */
export async function addPools(api: Api, count: number): Promise<() => Promise<void>> {
  const names = Array.from({ length: count }, (_, index) => `pool-${index}`);
  for (const [index, name] of names.entries()) {
    const { metadata, ...node } = fakeNode(index);
    const labels = { ...metadata.labels, 'kubernetes.io/hostname': name, [POOL]: name };
    const spec = { taints: [FAKE_TAINT, TAINT] };
    await api.create(NODE, { ...node, metadata: { ...metadata, name, labels }, spec } as KubeObject);
  }
  return async () => {
    for (const name of names) await api.delete(NODE, undefined, name);
  };
}
