import {
  CONFIG_MAP,
  HORIZONTAL_POD_AUTOSCALER,
  MPI_JOB_V1,
  POD,
  ROLE_BINDING,
  SERVICE,
  SERVICE_ACCOUNT,
} from '../../../src/api/kinds.ts';
import type { Kind } from '../../../src/api/kube.ts';
import { TRAINING_JOB_DEFINITIONS } from '../../../src/api/kubeflow-org.ts';
import { JobUnderTest } from '../pytorch-job.ts';
import { maskAccess, maskConfigMap, maskObject, maskPod, maskService } from './mask.ts';
import type { World } from './world.ts';

/** The kinds of `kubeflow.org/v1`, all of which training-operator serves. */
export const TRAINING_KINDS: readonly Kind[] = TRAINING_JOB_DEFINITIONS.map(({ kind }) =>
  kind.kind === MPI_JOB_V1.kind ? MPI_JOB_V1 : kind,
);

const ROLE: Kind = { ...ROLE_BINDING, kind: 'Role', plural: 'roles' };

/** @param helpers further kinds that belong to a job, such as PodGroups */
export const trainingWorld = (helpers: readonly Kind[] = []): World<JobUnderTest> => ({
  kinds: TRAINING_KINDS,
  parts: [
    { name: 'pods', kind: POD, mask: maskPod },
    { name: 'services', kind: SERVICE, mask: maskService },
    { name: 'autoscalers', kind: HORIZONTAL_POD_AUTOSCALER, mask: maskObject },
    { name: 'configMaps', kind: CONFIG_MAP, mask: maskConfigMap },
    { name: 'accounts', kind: SERVICE_ACCOUNT, mask: maskAccess },
    { name: 'roles', kind: ROLE, mask: maskAccess },
    { name: 'roleBindings', kind: ROLE_BINDING, mask: maskAccess },
    ...helpers.map((kind) => ({ name: 'helpers', kind, mask: maskObject })),
  ],
  create: (api, job) => JobUnderTest.create(api, job),
});
