import { PYTORCH_JOB, TF_JOB } from '../src/api/kinds.ts';
import type { Kind, KubeObject } from '../src/api/kube.ts';
import { jobWith, pytorchJob } from '../test/support/pytorch-job.ts';

/** The kinds that can be raced beside their peer. */
export const RACING = ['PyTorchJob', 'TFJob'] as const;
export type Racing = (typeof RACING)[number];

export const isRacing = (name: string | undefined): name is Racing => RACING.some((racing) => racing === name);

export interface Load {
  readonly kind: Racing;
  readonly jobs: number;
  /** Of each job, the one that decides included. */
  readonly pods: number;
}

type Shape = Parameters<typeof jobWith>[3];

/** How a job of each kind is made: one pod that decides, and workers. */
const MAKERS: Readonly<
  Record<Racing, { readonly kind: Kind; make(namespace: string, name: string, pods: number, shape: Shape): KubeObject }>
> = {
  PyTorchJob: {
    kind: PYTORCH_JOB,
    make: (namespace, name, pods, shape) => pytorchJob(namespace, name, { ...shape, worker: pods - 1 }),
  },
  TFJob: {
    kind: TF_JOB,
    make: (namespace, name, pods, shape) =>
      jobWith('TFJob', { namespace, name }, { Chief: 1, ...(pods > 1 && { Worker: pods - 1 }) }, shape),
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
