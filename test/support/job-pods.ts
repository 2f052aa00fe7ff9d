import { POD } from '../../src/api/kinds.ts';
import { EXIT_CODE, RUN_SECONDS } from '../../src/cluster/fake-nodes.ts';
import type { Api, Loose } from './api.ts';

/** Pods of Jobs end at once on a fake node; these run until a test ends them. */
export const UNTIL_TOLD = { [EXIT_CODE]: '0', [RUN_SECONDS]: '3600' };

/** What a kubelet says of a pod's containers that are all in one state. */
export const containersIn = (pod: Loose, state: object, restartCount = 0): readonly object[] =>
  (pod.spec.containers as readonly { readonly name: string; readonly image: string }[]).map(({ name, image }) => ({
    name,
    image,
    imageID: '',
    ready: false,
    restartCount,
    state,
  }));

/** The containers of a pod end: with 0 it succeeds, else it fails. */
export async function endPod(api: Api, pod: Loose, exitCode: number): Promise<void> {
  const good = exitCode === 0;
  const containerStatuses = containersIn(pod, { terminated: { exitCode, reason: good ? 'Completed' : 'Error' } });
  const status = { phase: good ? 'Succeeded' : 'Failed', containerStatuses };
  await api.patch(POD, pod.metadata.namespace, pod.metadata.name ?? '', { status }, 'status');
}

/** All pods of one of Kubernetes' own Jobs end, as if their programs had. */
export async function endPodsOf(api: Api, namespace: string, job: string, code: number): Promise<void> {
  const found = await api.list(POD, namespace, `batch.kubernetes.io/job-name=${job}`);
  if (found.length === 0) throw new Error(`Job ${job} in ${namespace} has no pods`);
  for (const pod of found) await endPod(api, pod, code);
}
