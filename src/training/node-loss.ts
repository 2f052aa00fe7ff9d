import { controllerOf, type KubeObject } from '../api/kube.ts';
import { REPLICA_TYPE_LABEL } from '../api/labels.ts';
import { phaseOf } from '../api/pod-phase.ts';
import type { PodSpec } from '../api/pod-template.ts';
import { NOT_READY_TAINT, OUT_OF_SERVICE_TAINT, UNREACHABLE_TAINT } from '../api/taints.ts';
import type { PlannedEvent, Removal } from '../runtime/domain.ts';
import type { Instant } from '../runtime/environment.ts';
import type { TakenSeat } from './failure.ts';
import { isTerminating, type Pod } from './pod-state.ts';
import type { Scene } from './scene.ts';

/** How long past its grace a deleted pod may linger on a node that answers badly, in milliseconds. */
export const LINGER_MS = 10_000;

/** The fields of a node that plans read: the control plane marks lost nodes with taints. */
export const NODE_FIELDS = ['spec.taints'] as const;

/** Pods, and the nodes that they are on. */
export interface Ground {
  readonly pods: readonly Pod[];
  readonly nodes: readonly KubeObject[];
  readonly now: Instant;
}

type Nodes = Pick<Ground, 'nodes'>;
type Tolerations = NonNullable<PodSpec['tolerations']>;

interface Taint {
  readonly key: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

/** Taints with which the control plane gives a node up; it does not set them when everything seems lost at once. */
const GIVEN_UP: readonly string[] = [UNREACHABLE_TAINT, OUT_OF_SERVICE_TAINT];
const UNWELL: readonly string[] = [NOT_READY_TAINT, ...GIVEN_UP];

/**
 * A pod on its way out of a node that is lost never gets there, and its name stays taken. Nobody is left to honour its
 * grace, so it is deleted without waiting, and its successor can be made. On a node that is merely unwell the kubelet
 * gets its time, and on a healthy one it has the say.
 */
export function lostPodsOn(ground: Ground): readonly Removal[] {
  return lingering(ground)
    .filter((pod) => givenUp(ground, pod) || (ground.now >= patienceEnds(pod) && !nodeAnswers(ground, pod)))
    .map(forced);
}

/** The lost pods of a job. */
export const lostPods = (scene: Scene): readonly Removal[] => lostPodsOn(groundOf(scene));

function groundOf(scene: Scene): Ground {
  const { kind, roster, nodes, now } = scene;
  return { pods: [...roster.pods, ...(kind.extension?.foreignPods(scene) ?? [])], nodes, now };
}

/** The places of pods that somebody else makes, with those pods. */
export function foreignSeats(scene: Scene): readonly TakenSeat[] {
  return (scene.kind.extension?.foreignPods(scene) ?? []).flatMap((pod) => {
    const type = pod.metadata.labels?.[REPLICA_TYPE_LABEL];
    const seat = scene.roster.seats.find((candidate) => candidate.type.toLowerCase() === type);
    return seat ? [{ ...seat, pod }] : [];
  });
}

/**
 * Children that make some of these pods. Each of them would wait for the node to say that its pod is gone, so it goes too,
 * and another takes its place.
 */
export function makersOf({ children }: Scene, pods: readonly Pod[]): readonly Removal[] {
  const makers = new Set(pods.map((pod) => controllerOf(pod)?.uid));
  return children
    .filter((child) => makers.has(child.metadata.uid) && !isTerminating(child))
    .map((object) => ({ object, foreground: true }));
}

/**
 * Unfinished pods on a node that the control plane has given up. Kubernetes itself would evict them minutes later, and
 * wait for the dead node to say that they are gone. A toleration in the job's own template is respected.
 */
export function strandedPods(scene: Scene): readonly TakenSeat[] {
  return unfinished(scene).filter((seat) => seat.until <= scene.now);
}

/** Deletes a pod without asking its kubelet. */
export const forced = (object: Pod): Removal => ({ object, gracePeriodSeconds: 0 });

/** Says which pods were given up, and why. */
export function lossEvents(seats: readonly TakenSeat[]): readonly PlannedEvent[] {
  const nodes = [...new Set(seats.map(({ pod }) => pod.spec?.nodeName ?? ''))];
  return nodes.map((node) => {
    const pods = seats.filter(({ pod }) => pod.spec?.nodeName === node).map(({ name }) => name);
    const message = `node ${node} does not answer; replacing ${pods.join(', ')}`;
    return { type: 'Warning', reason: 'NodeLost', message };
  });
}

/** When to ask again for pods that are on their way out, or that tolerate the loss of their node for a while. */
export function lingerWakes(scene: Scene): readonly Instant[] {
  const gone = goneWakes(groundOf(scene));
  const tolerated = unfinished(scene).map(({ until }) => until);
  return [...gone, ...tolerated.filter((until) => until > scene.now && Number.isFinite(until))];
}

/** When to ask again for pods that are on their way out. */
export const goneWakes = (ground: Ground): readonly Instant[] =>
  lingering(ground).map((pod) => Math.max(patienceEnds(pod), ground.now + LINGER_MS));

/** On their way out, and not yet forced: a pod that is forced and still there is held by somebody's finalizer. */
const lingering = ({ pods }: Ground): readonly Pod[] =>
  pods.filter((pod) => isTerminating(pod) && pod.metadata.deletionGracePeriodSeconds !== 0);

/** The deletion timestamp already includes the grace period. */
const patienceEnds = (pod: Pod): Instant => Date.parse(pod.metadata.deletionTimestamp ?? '') + LINGER_MS;

const isUnfinished = (pod: Pod): boolean => !isTerminating(pod) && ['Running', 'Pending'].includes(phaseOf(pod));

function unfinished(scene: Scene): readonly (TakenSeat & { readonly until: Instant })[] {
  return [...scene.roster.seats, ...foreignSeats(scene)].flatMap((seat) => {
    const { pod } = seat;
    if (!pod || !isUnfinished(pod)) return [];
    const until = lostAt(scene, pod, seat.replica.template.spec?.tolerations);
    return until === undefined ? [] : [{ ...seat, pod, until }];
  });
}

/**
 * From when on a pod is lost because the control plane has given its node up; undefined as long as it has not.
 * @param tolerations - the author's own, not the five minutes that the API server adds to every pod which says nothing
 */
export function lostAt(ground: Nodes, pod: Pod, tolerations: Tolerations = []): Instant | undefined {
  const untils = marksOf(ground, pod).map((taint) => toleratedUntil(tolerations, taint));
  return untils.length === 0 ? undefined : Math.min(...untils);
}

function toleratedUntil(tolerations: Tolerations, taint: Taint): Instant {
  const matching = tolerations.filter(
    ({ key, operator, effect, value }) =>
      (!effect || effect === 'NoExecute') &&
      (operator === 'Exists' ? !key || key === taint.key : key === taint.key && !value),
  );
  if (matching.length === 0) return 0;
  const seconds = matching.map(({ tolerationSeconds }) => tolerationSeconds ?? Number.POSITIVE_INFINITY);
  return Date.parse(taint.timeAdded ?? '') + Math.max(0, Math.min(...seconds)) * 1000 || 0;
}

const givenUp = (scene: Nodes, pod: Pod): boolean => marksOf(scene, pod).length > 0;

const marksOf = (scene: Nodes, pod: Pod): readonly Taint[] =>
  taintsOf(nodeOf(scene, pod)).filter(({ key, effect }) => effect === 'NoExecute' && GIVEN_UP.includes(key));

function nodeAnswers(scene: Nodes, pod: Pod): boolean {
  const node = nodeOf(scene, pod);
  return node !== undefined && !taintsOf(node).some(({ key }) => UNWELL.includes(key));
}

const nodeOf = (scene: Nodes, pod: Pod): KubeObject | undefined =>
  scene.nodes.find((node) => node.metadata.name === pod.spec?.nodeName);

const taintsOf = (node: KubeObject | undefined): readonly Taint[] =>
  (node?.spec as { readonly taints?: readonly Taint[] } | undefined)?.taints ?? [];

/** The nodes to look up: those of pods that are not finished, or on their way out. */
export function nodesOfInterest(children: readonly KubeObject[]): readonly string[] {
  const names = children.flatMap((child) => {
    if (child.kind !== 'Pod') return [];
    const pod = child as Pod;
    return pod.spec?.nodeName && (isTerminating(pod) || isUnfinished(pod)) ? [pod.spec.nodeName] : [];
  });
  return [...new Set(names)];
}
