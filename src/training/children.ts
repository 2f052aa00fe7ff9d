import type { JobStatus } from '../api/job.ts';
import type { KubeObject } from '../api/kube.ts';
import { dueReplacements } from './backoff.ts';
import { checkpointClaim, isCheckpointClaim } from './checkpoint.ts';
import { autoscalerFor } from './elastic.ts';
import { mayMakePods } from './gang-restart.ts';
import type { JobKind } from './job-kind.ts';
import { isTerminating } from './pod-state.ts';
import { podFor } from './pods.ts';
import { type Scene, waitsForGroup } from './scene.ts';
import { servicesFor } from './service.ts';

/** What a live job is to have, and what of the present is in its way. */
export interface Wanted {
  /** Kept as planned, whatever happens to them. */
  readonly upkeep: readonly KubeObject[];
  /** Not there yet. A pod whose predecessor of the same name is not gone has to wait. */
  readonly missing: readonly KubeObject[];
  readonly remove: readonly KubeObject[];
}

/** @param status as about to be written, restarts counted */
export function wantedChildren(before: Scene, status: JobStatus): Wanted {
  const scene = { ...before, job: { ...before.job, status } };
  const { kind, job, children, gang } = scene;
  const group = gang ? [gang.group(kind, job)] : [];
  const upkeep = [
    ...group,
    ...autoscalerFor(kind, job),
    ...checkpointClaim(kind, job),
    ...(kind.extension?.companions(scene) ?? []),
  ];
  const services = servicesFor(kind, job, scene.options);
  const wanted = new Set([...upkeep, ...services].map(nameOf));
  const present = new Set(children.map(nameOf));
  const obsolete = children.filter(
    (child) =>
      child.kind !== 'Pod' && !isCheckpointClaim(child) && !wanted.has(nameOf(child)) && !staysWithJob(kind, child),
  );
  const failed = dueReplacements(scene, status).map(({ pod }) => pod);
  return {
    upkeep,
    missing: waitsForGroup(scene)
      ? []
      : [...services.filter((service) => !present.has(nameOf(service))), ...missingPods(scene)],
    remove: [...new Set([...obsolete, ...scene.roster.surplus, ...scene.stale, ...failed])].filter(
      (child) => !isTerminating(child),
    ),
  };
}

/** Whether a child is there as long as its job. */
export const staysWithJob = (kind: JobKind, child: KubeObject): boolean =>
  kind.extension?.owns.some((owned) => owned.stays && owned.kind.kind === child.kind) ?? false;

/** Tells a job's children apart. */
export const nameOf = (object: KubeObject): string => `${object.kind}/${object.metadata.name}`;

function missingPods(scene: Scene): readonly KubeObject[] {
  const { kind, job, gang, options } = scene;
  if (!mayMakePods(scene)) return [];
  return scene.roster.seats
    .filter((seat) => seat.pod === undefined && (kind.extension?.isDue(scene, seat) ?? true))
    .map(({ replica, index }) => podFor(kind, job, replica, index, options, gang));
}
