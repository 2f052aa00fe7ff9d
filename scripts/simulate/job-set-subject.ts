import { crdOf } from '../../src/api/crd.ts';
import { JOB_SET_DEFINITION } from '../../src/api/jobset.ts';
import { JOB, JOB_SET } from '../../src/api/kinds.ts';
import { customResources } from '../../src/embedded/custom-resources.ts';
import type { Subject } from '../../src/embedded/simulation/history.ts';
import type { JobDraw, JobShape } from '../../src/embedded/simulation/workload.ts';
import { jobSetDomains } from '../../src/training/jobset/controller.ts';
import { restartsOfSets } from './job-set-restarts.ts';

/** What Jobs can do of what users draw for training jobs. */
function jobSpec({ workers, restartPolicy, runPolicy }: JobDraw): object {
  const { backoffLimit = 2, activeDeadlineSeconds } = runPolicy;
  return {
    completionMode: 'Indexed',
    completions: workers,
    parallelism: workers,
    backoffLimit,
    ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
    template: {
      spec: {
        restartPolicy: restartPolicy === 'OnFailure' ? 'OnFailure' : 'Never',
        containers: [{ name: 'train', image: 'train:1' }],
      },
    },
  };
}

function ofItsOwn({ runPolicy }: JobDraw): object {
  const { suspend, ttlSecondsAfterFinished } = runPolicy;
  return {
    ...(suspend !== undefined && { suspend }),
    ...(ttlSecondsAfterFinished !== undefined && { ttlSecondsAfterFinished }),
  };
}

const suspended = (spec: object, suspend: boolean): object => ({ ...spec, suspend });

const SETS: JobShape = {
  kind: JOB_SET,
  spec: (draw) => ({
    ...ofItsOwn(draw),
    failurePolicy: { maxRestarts: draw.workers },
    ...(draw.workers === 2 && { startupPolicy: { startupPolicyOrder: 'InOrder' } }),
    replicatedJobs: [
      { name: 'leader', replicas: 1, template: { spec: jobSpec({ ...draw, workers: 1 }) } },
      { name: 'workers', replicas: draw.workers, template: { spec: jobSpec(draw) } },
    ],
  }),
  scaled: (spec) => spec,
  suspended,
};

const JOBS: JobShape = {
  kind: JOB,
  spec: (draw) => ({ ...ofItsOwn(draw), ...jobSpec(draw) }),
  scaled: (spec, workers) => ({ ...spec, completions: workers, parallelism: workers }),
  suspended,
};

/** JobSets and Kubernetes' own Jobs under simulation: the latter run under a controller that never dies. */
export const jobSetSubject: Subject = {
  domains: jobSetDomains,
  resources: customResources(crdOf(JOB_SET_DEFINITION)),
  shapes: [SETS, JOBS],
  invariant: restartsOfSets,
};
