import type { KubeObject } from './kube.ts';

type Pod = Pick<KubeObject, 'status'>;

/** Where a pod is in its life; `Pending` until somebody says otherwise. */
export const phaseOf = ({ status }: Pod): string =>
  (status as { readonly phase?: string } | undefined)?.phase ?? 'Pending';

/** Whether a pod has ended, well or not: it stays so. */
export const hasEnded = (pod: Pod): boolean => phaseOf(pod) === 'Succeeded' || phaseOf(pod) === 'Failed';
