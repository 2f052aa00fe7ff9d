import type { JobSetStatus } from '../../api/jobset.ts';

/** What a JobSet's status says of restarts: of the whole set, and of single Jobs. */

export const setRestarts = (status: JobSetStatus): number => status.restarts ?? 0;

/** How often this one Job was restarted by itself. */
export const jobRestarts = (status: JobSetStatus, role: string, index: number): number =>
  statusOf(status, role)?.jobRestarts?.[index] ?? 0;

/** All restarts that `maxRestarts` bounds. */
export const countedRestarts = (status: JobSetStatus): number =>
  (status.restartsCountTowardsMax ?? 0) +
  (status.replicatedJobsStatus ?? [])
    .flatMap(({ jobRestartsCountTowardsMax = [] }) => jobRestartsCountTowardsMax)
    .reduce((sum, restarts) => sum + restarts, 0);

/** The status after one more restart of the whole set. */
export const withSetRestart = (status: JobSetStatus, counts: boolean): JobSetStatus => ({
  ...status,
  restarts: setRestarts(status) + 1,
  ...(counts && { restartsCountTowardsMax: (status.restartsCountTowardsMax ?? 0) + 1 }),
});

/** Which Job, and how many its replicated job has. */
export interface Place {
  readonly role: string;
  readonly index: number;
  readonly replicas: number;
}

/** The status after one more restart of this Job alone. */
export const withJobRestart = (status: JobSetStatus, place: Place, counts: boolean): JobSetStatus => ({
  ...status,
  replicatedJobsStatus: (status.replicatedJobsStatus ?? []).map((entry) =>
    entry.name !== place.role
      ? entry
      : {
          ...entry,
          jobRestarts: oneMore(entry.jobRestarts, place),
          ...(counts && { jobRestartsCountTowardsMax: oneMore(entry.jobRestartsCountTowardsMax, place) }),
        },
  ),
});

const oneMore = (counts: readonly number[] | undefined, { index, replicas }: Place): number[] =>
  Array.from({ length: replicas }, (_, at) => (counts?.[at] ?? 0) + (at === index ? 1 : 0));

const statusOf = (status: JobSetStatus, role: string) => status.replicatedJobsStatus?.find(({ name }) => name === role);
