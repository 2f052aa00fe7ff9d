import { HORIZONTAL_POD_AUTOSCALER, POD, SERVICE } from '../../../src/api/kinds.ts';
import type { Kind } from '../../../src/api/kube.ts';
import { TRAINING_JOB_DEFINITIONS } from '../../../src/api/kubeflow-org.ts';
import { JobUnderTest } from '../pytorch-job.ts';
import { maskObject, maskPod, maskService } from './mask.ts';
import type { World } from './world.ts';

/** The kinds of `kubeflow.org/v1` that training-operator serves beside MPIJob. */
export const TRAINING_KINDS: readonly Kind[] = TRAINING_JOB_DEFINITIONS.map(({ kind }) => kind).filter(
  ({ kind }) => kind !== 'MPIJob',
);

/** @param helpers further kinds that belong to a job, such as PodGroups */
export const trainingWorld = (helpers: readonly Kind[] = []): World<JobUnderTest> => ({
  kinds: TRAINING_KINDS,
  parts: [
    { name: 'pods', kind: POD, mask: maskPod },
    { name: 'services', kind: SERVICE, mask: maskService },
    { name: 'autoscalers', kind: HORIZONTAL_POD_AUTOSCALER, mask: maskObject },
    ...helpers.map((kind) => ({ name: 'helpers', kind, mask: maskObject })),
  ],
  create: (api, job) => JobUnderTest.create(api, job),
});
