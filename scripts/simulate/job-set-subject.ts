import { crdOf } from '../../src/api/crd.ts';
import { TRAINER_DEFINITIONS } from '../../src/api/index.ts';
import { JOB_SET_DEFINITION } from '../../src/api/jobset.ts';
import { CLUSTER_TRAINING_RUNTIME, JOB, JOB_SET, MPI_JOB, TRAIN_JOB } from '../../src/api/kinds.ts';
import { apiVersionOf } from '../../src/api/kube.ts';
import { ANCESTOR_LABEL } from '../../src/api/labels.ts';
import { MPI_JOB_DEFINITION } from '../../src/api/mpi-job.ts';
import { customResources } from '../../src/embedded/custom-resources.ts';
import type { Subject } from '../../src/embedded/simulation/history.ts';
import type { JobDraw, JobShape } from '../../src/embedded/simulation/workload.ts';
import { trainingDomains } from '../../src/training/controller.ts';
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

const TEMPLATE = { spec: { containers: [{ name: 'mpi', image: 'train:1' }] } };

/** Over ssh: the launcher is one of Kubernetes' own Jobs. */
const MPI_JOBS: JobShape = {
  kind: MPI_JOB,
  spec: ({ workers, restartPolicy, runPolicy }) => ({
    runPolicy,
    transport: 'ssh',
    ...(workers > 1 && { launcherCreationPolicy: 'WaitForWorkersReady' }),
    mpiReplicaSpecs: {
      Launcher: { replicas: 1, restartPolicy: 'Never', template: TEMPLATE },
      Worker: {
        replicas: workers,
        restartPolicy: restartPolicy === 'OnFailure' ? 'OnFailure' : 'Never',
        template: TEMPLATE,
      },
    },
  }),
  scaled: (spec, workers) => {
    const { mpiReplicaSpecs } = spec as { readonly mpiReplicaSpecs: { readonly Worker: object } };
    return {
      ...spec,
      mpiReplicaSpecs: { ...mpiReplicaSpecs, Worker: { ...mpiReplicaSpecs.Worker, replicas: workers } },
    };
  },
};

const RUNTIME = 'simulated';
const NODE = { spec: { containers: [{ name: 'node', image: 'train:1' }] } };

/** Data first, then the nodes; a set that fails is tried again. */
const TRAINING_RUNTIME = {
  apiVersion: apiVersionOf(CLUSTER_TRAINING_RUNTIME),
  kind: CLUSTER_TRAINING_RUNTIME.kind,
  metadata: { name: RUNTIME },
  spec: {
    mlPolicy: { torch: {} },
    template: {
      spec: {
        failurePolicy: { maxRestarts: 2 },
        replicatedJobs: [
          { name: 'data', template: { spec: { template: NODE } } },
          {
            name: 'node',
            dependsOn: [{ name: 'data', status: 'Complete' }],
            template: {
              metadata: { labels: { [ANCESTOR_LABEL]: 'trainer' } },
              spec: { backoffLimit: 1, template: NODE },
            },
          },
        ],
      },
    },
  },
};

const TRAIN_JOBS: JobShape = {
  kind: TRAIN_JOB,
  spec: ({ workers, runPolicy: { suspend, activeDeadlineSeconds } }) => ({
    runtimeRef: { name: RUNTIME },
    trainer: { numNodes: workers },
    ...(suspend !== undefined && { suspend }),
    ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
  }),
  scaled: (spec) => spec,
  suspended,
};

const SHAPES: readonly JobShape[] = [SETS, JOBS, MPI_JOBS, TRAIN_JOBS];

/**
 * JobSets and Kubernetes' own Jobs under simulation, and what is made of them: MPIJobs over ssh and TrainJobs. The Jobs run
 * under a controller that never dies.
 */
export const jobSetSubject: Subject = {
  domains: () => trainingDomains().filter(({ kind }) => SHAPES.some((shape) => shape.kind === kind)),
  resources: [JOB_SET_DEFINITION, MPI_JOB_DEFINITION, ...TRAINER_DEFINITIONS].flatMap((definition) =>
    customResources(crdOf(definition)),
  ),
  shapes: SHAPES,
  setUp: (server) => {
    server.create(CLUSTER_TRAINING_RUNTIME, undefined, TRAINING_RUNTIME);
  },
  invariant: restartsOfSets,
};
