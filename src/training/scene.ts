import type { KubeObject } from '../api/kube.ts';
import type { Observed } from '../runtime/domain.ts';
import type { Instant } from '../runtime/environment.ts';
import { stalePods } from './attempt.ts';
import { resolve } from './defaults.ts';
import { type GangScheduler, gangScheduler } from './gang.ts';
import type { Job } from './job.ts';
import type { JobKind, TrainingObject } from './job-kind.ts';
import type { TrainingOptions } from './options.ts';
import { isTerminating, type Pod, type Roster, rosterOf, type Tally, tallyOf } from './pod-state.ts';

/** Everything that one plan for a job looks at. */
export interface Scene<S = unknown> {
  readonly kind: JobKind<S>;
  readonly options: TrainingOptions;
  readonly gang: GangScheduler | undefined;
  readonly job: Job<S>;
  readonly roster: Roster;
  readonly tally: Tally;
  readonly children: readonly KubeObject[];
  /** Pods of attempts that are over, on their way out or about to be. */
  readonly stale: readonly KubeObject[];
  /** The nodes of pods that are not finished, or being deleted. */
  readonly nodes: readonly KubeObject[];
  /** By the names of the domain's lookups. */
  readonly lookups: Observed<KubeObject>['lookups'];
  readonly now: Instant;
}

export const NODES_LOOKUP = 'nodes';

export function sceneOf<S>(
  kind: JobKind<S>,
  options: TrainingOptions,
  observed: Observed<TrainingObject<S>>,
  now: Instant,
): Scene<S> {
  const job = resolve(kind, observed.object);
  return {
    kind,
    options,
    gang: gangScheduler(options.gangScheduler),
    job,
    ...placed(kind, job, observed),
    children: observed.children,
    nodes: observed.lookups[NODES_LOOKUP] ?? [],
    lookups: observed.lookups,
    now,
  };
}

/** Whether the pods' group is not there yet, or its scheduler has not let it in. */
export function waitsForGroup({ gang, children }: Scene): boolean {
  if (!gang) return false;
  const group = children.find((child) => child.kind === gang.kind.kind);
  return !gang.admits(group) || (group !== undefined && isTerminating(group));
}

function placed<S>(
  kind: JobKind<S>,
  job: Job,
  { children, lookups }: Observed<KubeObject>,
): Pick<Scene, 'roster' | 'stale' | 'tally'> {
  const stale = stalePods(job, children);
  const present = children.filter((child) => !stale.includes(child));
  const pods = children.filter((child) => child.kind === 'Pod') as readonly Pod[];
  const roster = { ...rosterOf(job, present, kind.extension?.standIns(present, lookups)), pods };
  return { roster, stale, tally: tallyOf(job, roster) };
}
