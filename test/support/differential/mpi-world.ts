import { BATCH_JOB, CONFIG_MAP, MPI_JOB, POD, SECRET, SERVICE } from '../../../src/api/kinds.ts';
import type { Kind } from '../../../src/api/kube.ts';
import { JobUnderTest } from '../pytorch-job.ts';
import { maskBatchJob, maskConfigMap, maskObject, maskPod, maskSecret, maskService } from './mask.ts';
import type { World } from './world.ts';

/**
 * MPIJobs as mpi-operator knows them: over ssh.
 * @param groups - the kind of a gang's groups
 */
export const mpiWorld = (groups?: Kind): World<JobUnderTest> => ({
  kinds: [MPI_JOB],
  parts: [
    { name: 'pods', kind: POD, mask: maskPod },
    { name: 'services', kind: SERVICE, mask: maskService },
    { name: 'configMaps', kind: CONFIG_MAP, mask: maskConfigMap },
    { name: 'secrets', kind: SECRET, mask: maskSecret },
    { name: 'jobs', kind: BATCH_JOB, mask: maskBatchJob },
    ...(groups ? [{ name: 'helpers', kind: groups, mask: maskObject }] : []),
  ],
  create: (api, job) => JobUnderTest.create(api, job),
});
