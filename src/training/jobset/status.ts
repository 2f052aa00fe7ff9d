import type { BatchJob } from '../../api/job-template.ts';
import type { JobSetStatus, ReplicatedJobStatus } from '../../api/jobset.ts';
import { ofRole, type Roster } from './roster.ts';
import type { JobGroup, Role } from './set.ts';

/** The status with the numbers of each replicated job, in upstream's order: by name, the last first. */
export function withCounts(set: JobGroup, roster: Roster, status: JobSetStatus): JobSetStatus {
  const before = new Map(status.replicatedJobsStatus?.map((entry) => [entry.name, entry]));
  const entries = set.roles
    .map((role) => countsOf(role, roster, before.get(role.name)))
    .sort((a, b) => (a.name > b.name ? -1 : 1));
  return { ...status, restarts: status.restarts ?? 0, replicatedJobsStatus: entries };
}

function countsOf({ name }: Role, roster: Roster, before: ReplicatedJobStatus | undefined): ReplicatedJobStatus {
  const active = ofRole(roster.active, name);
  return {
    name,
    ready: active.filter(isReady).length,
    succeeded: ofRole(roster.succeeded, name).length,
    failed: ofRole(roster.failed, name).length,
    active: active.filter(({ status }) => (status?.active ?? 0) > 0).length,
    suspended: active.filter(isSuspended).length,
    ...(before?.jobRestarts && { jobRestarts: before.jobRestarts }),
    ...(before?.jobRestartsCountTowardsMax && { jobRestartsCountTowardsMax: before.jobRestartsCountTowardsMax }),
  };
}

export const isSuspended = (job: BatchJob): boolean => job.spec.suspend === true;

/** As many of its pods are ready or done as run at a time. */
function isReady({ spec, status }: BatchJob): boolean {
  const { parallelism = 1, completions = parallelism } = spec;
  return (status?.succeeded ?? 0) + (status?.ready ?? 0) >= Math.min(parallelism, completions);
}

export const countsIn = (status: JobSetStatus, role: string): ReplicatedJobStatus | undefined =>
  status.replicatedJobsStatus?.find(({ name }) => name === role);

/** Every Job of every replicated job is ready or has succeeded. */
export const allReady = (set: JobGroup, status: JobSetStatus): boolean =>
  set.roles.every(({ name, replicas }) => {
    const counts = countsIn(status, name);
    return (counts?.ready ?? 0) + (counts?.succeeded ?? 0) === replicas;
  });
