import type { PodView } from '../../api/scheduling/view.ts';

/** Pods that look for a place together: one, or the waiting ones of a gang. */
export interface Unit {
  readonly group?: string;
  readonly pods: readonly PodView[];
}

/** A unit that waits. */
export interface PendingUnit extends Unit {
  readonly id: string;
  /** Units of one line fare alike. */
  readonly line: string;
}

const lines = new WeakMap<PodView, string>();

/** Pods that ask for the same, under the same conditions, have the same text. */
export function shapeOf(pod: PodView): string {
  let shape = lines.get(pod);
  if (shape === undefined) {
    const { priority, mayPreempt, demand, nodeSelector, affinity, tolerations } = pod;
    shape = JSON.stringify([priority, mayPreempt, [...demand].sort(), nodeSelector, affinity, tolerations]);
    lines.set(pod, shape);
  }
  return shape;
}

/** Units that are alike in every way but age stand in one line. */
export function lineOf({ group, pods }: Unit, gang: string): string {
  return group === undefined ? shapeOf(pods[0] as PodView) : `${gang} ${pods.map(shapeOf).sort().join()}`;
}

/** A pod that keeps the place of another. */
export function shadowOf({ group: _, ...pod }: PodView): PodView {
  return { ...pod, uid: `for ${pod.uid}` };
}
