import type { PodView } from '../../api/scheduling/view.ts';
import type { Nodes } from './nodes.ts';
import { type Placement, place } from './place.ts';

export interface Waiting {
  readonly pod: PodView;
  readonly message: string;
}

export interface Preemption {
  /** The pods that are to make room. */
  readonly victims: readonly PodView[];
  readonly by: PodView;
}

export interface Round {
  readonly placements: readonly Placement[];
  readonly waiting: readonly Waiting[];
  readonly preemptions: readonly Preemption[];
}

/** `minCount` of a PodGroup, by `namespace/name`; undefined while the group is not there. */
export type GangSize = (group: string) => number | undefined;

/**
 * Places pods, those of higher priority and greater age first, the pods of a gang together or not at all. `nodes` is
 * left with the placements taken; victims stay until they are gone. Deterministic.
 */
export function schedule(pending: readonly PodView[], nodes: Nodes, gangSize: GangSize = () => undefined): Round {
  const placements: Placement[] = [];
  const waiting: Waiting[] = [];
  const preemptions: Preemption[] = [];
  const doomed = new Set<string>();
  for (const unit of unitsOf(pending)) {
    const gang = unit.group === undefined ? undefined : gangOf(unit.group, unit.pods, nodes, gangSize);
    if (gang?.problem) {
      waiting.push(...unit.pods.map((pod) => ({ pod, message: gang.problem as string })));
      continue;
    }
    const least = gang ? Math.max(0, gang.least) : unit.pods.length;
    const placed = place(unit.pods, nodes, unit.group === undefined ? 0 : least);
    placements.push(...placed);
    const left = unit.pods.filter((pod) => !placed.some((each) => each.pod === pod));
    if (left.length === 0) continue;
    const [first] = left;
    waiting.push(...left.map((pod) => ({ pod, message: nodes.explain(pod) })));
    const enough = unit.group !== undefined && placed.length >= least;
    if (!first || enough || !first.mayPreempt) continue;
    const room = makeRoom(unit.group === undefined ? [first] : unit.pods, nodes);
    const victims = (room?.victims ?? []).filter(({ uid }) => !doomed.has(uid));
    if (victims.length === 0) continue;
    for (const { uid } of victims) doomed.add(uid);
    preemptions.push({ victims, by: first });
  }
  return { placements, waiting, preemptions };
}

interface Unit {
  readonly group?: string;
  readonly pods: readonly PodView[];
}

function unitsOf(pending: readonly PodView[]): readonly Unit[] {
  const units: Unit[] = [];
  const gangs = new Map<string, PodView[]>();
  for (const pod of [...pending].sort(byTurn)) {
    if (pod.group === undefined) {
      units.push({ pods: [pod] });
      continue;
    }
    const members = gangs.get(pod.group);
    if (members) members.push(pod);
    else {
      const pods = [pod];
      gangs.set(pod.group, pods);
      units.push({ group: pod.group, pods });
    }
  }
  return units;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Higher priority first, then greater age. */
export function byTurn(a: PodView, b: PodView): number {
  return b.priority - a.priority || compare(a.since, b.since) || compare(a.key, b.key);
}

/** How many more of a gang have to find a place at once, or why it has to wait. */
export function gangOf(
  group: string,
  members: readonly PodView[],
  nodes: Nodes,
  gangSize: GangSize,
): { readonly least: number; readonly problem?: string } {
  const size = gangSize(group);
  if (size === undefined) return { least: 0, problem: `waiting for PodGroup ${group} to be created` };
  const running = nodes.membersOf(group);
  const known = running + members.length;
  if (known < size) return { least: 0, problem: `waiting for ${size - known} more pods of PodGroup ${group}` };
  return { least: size - running };
}

/** How pods of higher priority get places. */
export interface Room {
  readonly victims: readonly PodView[];
  /** Where the pods go once the victims, and those that were leaving anyway, are gone. */
  readonly places: readonly Placement[];
}

/**
 * The pods of lower priority that have to go so that all of `pods` find a place; those that can stay after all, the
 * most important first, stay. Undefined when it would not help.
 *
 * @param leaving UIDs of pods that are on their way out: their room is free soon, and they are nobody's victims.
 */
export function makeRoom(
  pods: readonly PodView[],
  nodes: Nodes,
  leaving: ReadonlySet<string> = new Set(),
): Room | undefined {
  const priority = Math.min(...pods.map((pod) => pod.priority));
  const going = nodes.placed().filter(({ pod }) => pod.priority < priority || leaving.has(pod.uid));
  if (going.length === 0) return undefined;
  const trial = nodes.copy();
  for (const { pod } of going) trial.release(pod.uid);
  const places = place(pods, trial, pods.length);
  if (places.length < pods.length) return undefined;
  const victims: PodView[] = [];
  for (const { pod, node } of going.sort((a, b) => byTurn(a.pod, b.pod))) {
    if (leaving.has(pod.uid)) continue;
    if (trial.fits(pod, node)) trial.assume(pod, node);
    else victims.push(pod);
  }
  return { victims, places };
}
