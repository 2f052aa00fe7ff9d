import type { KubeObject } from '../api/kube.ts';
import type { Removal } from '../runtime/domain.ts';
import type { Instant } from '../runtime/environment.ts';
import { isTerminating, type Pod } from './pod-state.ts';
import type { Scene } from './scene.ts';

/** How long past its grace a deleted pod may linger before its node is asked after, in milliseconds. */
export const LINGER_MS = 10_000;

/**
 * A pod on a node that is gone or not answering never finishes its deletion, and its name stays taken. Such a pod is
 * deleted without waiting for the kubelet, so that its successor can be made. On a healthy node the kubelet has the say.
 */
export function lostPods(scene: Scene): readonly Removal[] {
  return lingering(scene)
    .filter((pod) => scene.now >= patienceEnds(pod) && !nodeAnswers(scene, pod))
    .map((object) => ({ object, gracePeriodSeconds: 0 }));
}

/** When to ask again for pods that are still on their way out. */
export function lingerWakes(scene: Scene): readonly Instant[] {
  return lingering(scene).map((pod) => Math.max(patienceEnds(pod), scene.now + LINGER_MS));
}

const lingering = (scene: Scene): readonly Pod[] => scene.roster.pods.filter((pod) => isTerminating(pod));

/** The deletion timestamp already includes the grace period. */
const patienceEnds = (pod: Pod): Instant => Date.parse(pod.metadata.deletionTimestamp ?? '') + LINGER_MS;

function nodeAnswers(scene: Scene, pod: Pod): boolean {
  const name = pod.spec?.nodeName;
  if (!name) return false;
  const node = scene.nodes.find((candidate) => candidate.metadata.name === name);
  return node !== undefined && isReady(node);
}

function isReady(node: KubeObject): boolean {
  const status = node.status as { conditions?: readonly { type: string; status: string }[] } | undefined;
  return status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}

/** The nodes to look up: only those of pods that are being deleted. */
export function nodesOfInterest(children: readonly KubeObject[]): readonly string[] {
  const names = children.flatMap((child) => {
    const nodeName = child.kind === 'Pod' && isTerminating(child) ? (child as Pod).spec?.nodeName : undefined;
    return nodeName ? [nodeName] : [];
  });
  return [...new Set(names)];
}
