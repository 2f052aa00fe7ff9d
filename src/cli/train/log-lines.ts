import type { RankedPod } from './job-pods.ts';

/** For people: `[0 master-0] step 1`, names aligned to the longest seat. Pure. */
export const prefixed = ({ rank, seat }: Pick<RankedPod, 'rank' | 'seat'>, line: string): string =>
  `[${rank} ${seat}] ${line}\n`;

interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: { readonly running?: object; readonly terminated?: object };
}

/**
 * Names one life of a pod's training container that has output to read; undefined while there is none. A container that
 * is started again has another. Pure.
 */
export function lifeOf({ pod, container }: RankedPod): string | undefined {
  const { containerStatuses = [] } = (pod.status ?? {}) as { readonly containerStatuses?: readonly ContainerStatus[] };
  const status = containerStatuses.find(({ name }) => name === container);
  if (!status?.state?.running && !status?.state?.terminated) return undefined;
  return `${pod.metadata.uid}/${status.restartCount ?? 0}`;
}
