import { CLUSTER_TRAINING_RUNTIME, MPI_JOB, PYTORCH_JOB, TF_JOB, TRAIN_JOB } from '../src/api/kinds.ts';
import type { Kind, KubeObject } from '../src/api/kube.ts';
import { EXIT_CODE, RUN_SECONDS } from '../src/cluster/index.ts';
import type { Api } from '../test/support/api.ts';
import { mpiReplicas } from '../test/support/mpi-job.ts';
import { jobWith, pytorchJob } from '../test/support/pytorch-job.ts';
import { shippedRuntime, trainJobOf } from '../test/support/train-job.ts';

/** The kinds that can be raced beside their peer. */
export const RACING = ['PyTorchJob', 'TFJob', 'MPIJob', 'TrainJob'] as const;
export type Racing = (typeof RACING)[number];

export const isRacing = (name: string | undefined): name is Racing => RACING.some((racing) => racing === name);

export interface Load {
  readonly kind: Racing;
  readonly jobs: number;
  /** Of each job, the one that decides included. */
  readonly pods: number;
}

interface Workload {
  readonly kind: Kind;
  /** Creates what the jobs refer to. */
  prepare?(api: Api, seconds: number): Promise<unknown>;
  /** @param seconds - for which the pods that decide run */
  make(namespace: string, name: string, pods: number, seconds: number): KubeObject;
}

const RUNTIME = 'torch-distributed';

const runFor = (seconds: number) => ({ [EXIT_CODE]: '0', [RUN_SECONDS]: String(seconds) });

/** How a job of each kind is made: one pod that decides, where the kind has such, and workers. */
const MAKERS: Readonly<Record<Racing, Workload>> = {
  PyTorchJob: {
    kind: PYTORCH_JOB,
    make: (namespace, name, pods, seconds) =>
      pytorchJob(namespace, name, { podAnnotations: runFor(seconds), worker: pods - 1 }),
  },
  TFJob: {
    kind: TF_JOB,
    make: (namespace, name, pods, seconds) => {
      const counts = { Chief: 1, ...(pods > 1 && { Worker: pods - 1 }) };
      return jobWith('TFJob', { namespace, name }, counts, { podAnnotations: runFor(seconds) });
    },
  },
  MPIJob: {
    kind: MPI_JOB,
    make: (namespace, name, pods, seconds) => {
      const { Launcher, Worker } = mpiReplicas(pods - 1);
      const { metadata, spec } = Launcher.template;
      const template = { metadata: { ...metadata, annotations: runFor(seconds) }, spec };
      return {
        apiVersion: 'kubeflow.org/v2beta1',
        kind: 'MPIJob',
        metadata: { namespace, name },
        spec: {
          runPolicy: { cleanPodPolicy: 'Running' },
          mpiReplicaSpecs: { Launcher: { ...Launcher, template }, Worker },
        },
      } as KubeObject;
    },
  },
  TrainJob: {
    kind: TRAIN_JOB,
    prepare: (api, seconds) => api.apply(CLUSTER_TRAINING_RUNTIME, shippedRuntime(RUNTIME, runFor(seconds))),
    make: (namespace, name, pods) =>
      trainJobOf(namespace, name, { runtimeRef: { name: RUNTIME }, trainer: { numNodes: pods } }),
  },
};

export const workloadOf = (kind: Racing) => MAKERS[kind];

const IN_FLIGHT = 32;

/** Runs `task` for each number below `count`, several at a time. */
export async function eachOf(count: number, task: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}
