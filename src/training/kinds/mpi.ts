import { MPI_JOB } from '../../api/kinds.ts';
import type { MPIJobSpec } from '../../api/mpi-job.ts';
import { type Job, replicaOf } from '../job.ts';
import type { JobKind, Progress } from '../job-kind.ts';
import { mpiExtension } from '../mpi/extension.ts';
import { isSsh } from '../mpi/job.ts';
import { countOf, type Tally } from '../pod-state.ts';
import { progressOf } from './progress.ts';

/** MPIJob of both versions: a Launcher that runs mpirun, and Workers that wait for it; done when the Launcher is. */
export const mpi: JobKind<MPIJobSpec> = {
  kind: MPI_JOB,
  framework: 'mpi',
  replicaTypes: ['Launcher', 'Worker'],
  mainContainer: 'mpi',
  defaultRestartPolicy: 'Never',

  runPolicyOf: ({ runPolicy, cleanPodPolicy }) => {
    const policy = runPolicy?.cleanPodPolicy || cleanPodPolicy;
    return { ...runPolicy, ...(policy && { cleanPodPolicy: policy }) };
  },
  replicaSpecsOf: (spec) => spec.mpiReplicaSpecs,
  isMaster: (_job, { type }) => type === 'Launcher',
  environment: () => [],
  progress,
  extension: mpiExtension,
};

/** By exec the launcher decides; over ssh a job counts as running only with all of its workers. */
function progress(job: Job<MPIJobSpec>, tally: Tally): Progress {
  const ssh = isSsh(job);
  const launcher = progressOf(MPI_JOB, job, tally, {
    type: 'Launcher',
    wording: ssh ? 'with namespace' : 'name only',
  });
  const workers = replicaOf(job, 'Worker')?.count ?? 0;
  const missing = ssh && countOf(tally, 'Worker').active < workers;
  return launcher.stage === 'running' && missing ? { stage: 'waiting', message: '' } : launcher;
}
