import { POD } from '../../api/kinds.ts';
import { type KubeObject, keyOf } from '../../api/kube.ts';
import { hasEnded } from '../../api/pod-phase.ts';
import { isNotFound } from '../../runtime/client.ts';
import { resourceId } from '../resource.ts';
import type { EmbeddedController } from './controller.ts';
import { DueKeys } from './due-keys.ts';

const PODS = resourceId(POD);

/** Marks pods as failed that are deleted before they have a node: no node would say so, and finalizers wait for it. */
export const terminatingPods: EmbeddedController = (server, environment) => {
  const due = new DueKeys(environment, (key) => {
    const pod = server.store.get(PODS, key);
    if (!pod || !isStranded(pod)) return;
    const { namespace = '', name = '' } = pod.metadata;
    const next = { ...pod, status: { ...(pod.status as object), phase: 'Failed' } };
    try {
      server.replaceDecoded(POD, { namespace, name }, next, {
        subresource: 'status',
        fieldManager: 'kube-controller-manager',
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  });
  for (const pod of server.store.list(PODS)) due.soon(keyOf(pod.metadata));
  const unsubscribe = server.store.subscribe(PODS, ({ type, key, object }) => {
    if (type !== 'DELETED' && isStranded(object)) due.soon(key);
  });
  return () => {
    unsubscribe();
    due.stop();
  };
};

function isStranded(pod: KubeObject): boolean {
  const { nodeName } = pod.spec as { readonly nodeName?: string };
  return pod.metadata.deletionTimestamp !== undefined && !nodeName && !hasEnded(pod);
}
