import type { PodView } from '../../api/scheduling/view.ts';
import type { Nodes } from './nodes.ts';

export interface Placement {
  readonly pod: PodView;
  readonly node: string;
}

/** Takes places for as many as possible; when fewer than `least` find one, for none. */
export function place(pods: readonly PodView[], nodes: Nodes, least: number): readonly Placement[] {
  const placed: Placement[] = [];
  for (const pod of pods) {
    const node = nodes.best(pod);
    if (node === undefined) continue;
    nodes.assume(pod, node);
    placed.push({ pod, node });
  }
  if (placed.length >= least) return placed;
  for (const { pod } of placed) nodes.release(pod.uid);
  return [];
}
