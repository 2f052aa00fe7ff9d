import { NATIVE_POD_GROUP, NODE, POD } from '../../api/kinds.ts';
import { conditionOf, type KubeObject, keyOf } from '../../api/kube.ts';
import { hasEnded } from '../../api/pod-phase.ts';
import { viewOfNode, viewOfPod } from '../../api/scheduling/view.ts';
import { timestamp } from '../../api/timestamp.ts';
import { isConflict, isNotFound } from '../../runtime/client.ts';
import type { ApiServer } from '../api-server.ts';
import { resourceId } from '../resource.ts';
import { Nodes } from '../scheduler/nodes.ts';
import { type GangSize, schedule } from '../scheduler/schedule.ts';
import type { Change } from '../store.ts';
import { withCondition } from '../subresources/pods.ts';
import { type EmbeddedController, onChanges } from './controller.ts';

const PODS = resourceId(POD);
const NODES = resourceId(NODE);
const GROUPS = resourceId(NATIVE_POD_GROUP);
/** The scheduler that pods ask for by default; pods that ask for another one wait for it. */
const SCHEDULER = 'default-scheduler';

interface PodFields {
  readonly nodeName?: string;
  readonly schedulerName?: string;
  readonly schedulingGates?: readonly unknown[];
}

const specOf = (pod: KubeObject): PodFields => (pod.spec ?? {}) as PodFields;

/** Gives pods nodes: by resources, selectors, affinity, taints, gangs and priorities. */
export const podScheduler: EmbeddedController = (server, environment) => {
  const nodes = new Nodes();
  const pending = new Map<string, KubeObject>();
  const notePod = (key: string, pod: KubeObject | undefined) => {
    pending.delete(key);
    if (!pod) return;
    const uid = pod.metadata.uid ?? '';
    const { nodeName, schedulerName, schedulingGates = [] } = specOf(pod);
    if (hasEnded(pod)) nodes.release(uid);
    else if (nodeName) nodes.assume(viewOfPod(pod), nodeName);
    else if (schedulerName === SCHEDULER && schedulingGates.length === 0 && !pod.metadata.deletionTimestamp) {
      pending.set(key, pod);
    }
  };
  const note = ({ table, key, object, previous, type }: Change) => {
    if (table === PODS) {
      const replaced = previous?.metadata.uid;
      if (replaced && (type === 'DELETED' || replaced !== object.metadata.uid)) nodes.release(replaced);
      notePod(key, type === 'DELETED' ? undefined : object);
    }
    if (table !== NODES) return;
    if (type === 'DELETED') nodes.remove(object.metadata.name ?? '');
    else addNode(server, nodes, object);
  };
  for (const node of server.store.list(NODES)) addNode(server, nodes, node);
  for (const pod of server.store.list(PODS)) notePod(keyOf(pod.metadata), pod);
  const stopNoting = server.store.subscribeAll(note);
  const concerns = (change: Change) => [PODS, NODES, GROUPS].includes(change.table) && matters(change);
  const stop = onChanges(server, environment, concerns, () => {
    if (pending.size === 0) return;
    round(server, nodes, pending, environment.now());
  });
  return () => {
    stopNoting();
    stop();
  };
};

/** Only what frees or asks for room calls for another round. */
function matters({ table, type, object, previous }: Change): boolean {
  if (table !== PODS || type !== 'MODIFIED' || !previous) return true;
  const bound = specOf(object).nodeName;
  return !bound || hasEnded(object) !== hasEnded(previous);
}

/** Pods may have been bound to a node before it was known. */
function addNode(server: ApiServer, nodes: Nodes, node: KubeObject): void {
  const view = viewOfNode(node);
  const known = nodes.views().some(({ name }) => name === view.name);
  nodes.set(view);
  if (known) return;
  for (const pod of server.store.list(PODS)) {
    if (specOf(pod).nodeName === view.name && !hasEnded(pod)) nodes.assume(viewOfPod(pod), view.name);
  }
}

function round(server: ApiServer, nodes: Nodes, pending: Map<string, KubeObject>, now: number): void {
  const gangSize: GangSize = (group) => {
    const object = server.store.get(GROUPS, group);
    const { schedulingPolicy } = (object?.spec ?? {}) as {
      readonly schedulingPolicy?: { readonly gang?: { readonly minCount?: number } };
    };
    return object && (schedulingPolicy?.gang?.minCount ?? 1);
  };
  const { placements, waiting, preemptions } = schedule([...pending.values()].map(viewOfPod), nodes, gangSize);
  for (const { pod, node } of placements) {
    const ref = refOf(pod.key);
    try {
      server.post(POD, ref, 'binding', { metadata: { ...ref, uid: pod.uid }, target: { kind: 'Node', name: node } });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
      // It was changed or deleted meanwhile; whatever changed it calls for another round.
      nodes.release(pod.uid);
    }
  }
  for (const { pod, message } of waiting) reportWaiting(server, pod.key, message, now);
  for (const { victims } of preemptions) {
    for (const victim of victims) {
      try {
        server.delete(POD, refOf(victim.key), { uid: victim.uid });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  }
}

function refOf(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}

function reportWaiting(server: ApiServer, key: string, message: string, now: number): void {
  const pod = server.store.get(PODS, key);
  if (!pod) return;
  const before = conditionOf(pod, 'PodScheduled');
  if (before?.status === 'False' && before.message === message) return;
  server.amend(POD, refOf(key), (current) => ({
    ...current,
    status: withCondition(current.status, {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: null,
      lastTransitionTime: before?.lastTransitionTime ?? timestamp(now),
    }),
  }));
}
