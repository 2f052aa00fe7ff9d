import type { TrainJob } from '../../api/train-job.ts';

/** Names that runtimes, users' programs and clients count on. */

/** The container that trains, and most often its replicated job. */
export const NODE = 'node';
/** The replicated job that starts the processes of an MPI job. */
export const LAUNCHER = 'launcher';

/** Steps of a TrainJob, as runtimes mark their jobs. */
export const TRAINER_STEP = 'trainer';
export const DATASET_STEP = 'dataset-initializer';
export const MODEL_STEP = 'model-initializer';

/** The volume that initializers write to. */
export const INITIALIZER_VOLUME = 'initializer';

/** Where the first node listens for the others. */
export const RENDEZVOUS_PORT = 29500;

export const snapshotName = (job: TrainJob): string => `${job.metadata.name}-runtime-snapshot`;
export const fluxEntrypointName = (job: TrainJob): string => `${job.metadata.name}-flux-entrypoint`;
export const hostfileName = (job: TrainJob): string => `${job.metadata.name}-mpi-hostfile`;
/** Of this one job: keys are made unseen, and a name that is taken counts as made. */
const ownName = ({ metadata }: TrainJob, what: string): string =>
  `${metadata.name}-${what}-${metadata.uid?.slice(0, 8)}`;
export const keysName = (job: TrainJob): string => ownName(job, 'mpi-ssh-auth');
export const fluxCurveName = (job: TrainJob): string => ownName(job, 'flux-curve');
