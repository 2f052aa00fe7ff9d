/** Where an MPIJob's keys are mounted when it does not say; apart from the schemas, which the controller does not load. */
export const DEFAULT_SSH_PATH = '/root/.ssh';

/**
 * The ClusterRole that the platform installs for the launchers of MPIJobs by exec. The controller may bind it in a job's
 * namespace and does not hold what it grants.
 */
export const MPI_LAUNCHER_ROLE = 'armature-mpi-launcher';
