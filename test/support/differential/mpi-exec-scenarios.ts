import type { KubeObject } from '../../../src/api/kube.ts';
import { mpiJob, mpiReplicas } from '../mpi-job.ts';
import { type Act, evicted, exits, type Scenario, suspended } from './scenario.ts';

interface Shape {
  readonly workers?: number;
  readonly runPolicy?: Readonly<Record<string, unknown>>;
  readonly spec?: object;
  readonly pods?: Parameters<typeof mpiReplicas>[2];
  /** Of both replica types. */
  readonly restartPolicy?: string;
}

const mpi = (name: string, shape: Shape = {}, ...acts: readonly Act[]): Scenario => ({
  name,
  job(namespace, own) {
    const { workers = 2, runPolicy = {}, restartPolicy } = shape;
    const job = mpiJob('v1', namespace, workers, runPolicy);
    const replicas = Object.entries(mpiReplicas(workers, { team: 'hpc' }, shape.pods)).map(([type, replica]) => [
      type,
      { ...replica, ...(restartPolicy && { restartPolicy }) },
    ]);
    const spec = { ...(job.spec as object), mpiReplicaSpecs: Object.fromEntries(replicas), ...shape.spec };
    return { ...job, metadata: { ...job.metadata, name: own }, spec } as KubeObject;
  },
  acts,
});

const container = (more: object) => ({ containers: [{ name: 'mpi', image: 'example.org/mpi:1', ...more }] });
const GPU = { resources: { limits: { 'nvidia.com/gpu': 1 } } };
const COMMANDS = {
  Launcher: container({ command: ['mpirun', 'pi'], env: [{ name: 'WHO', value: 'launcher' }] }),
  Worker: container({ command: ['sleep'], args: ['1d'], ...GPU }),
};

/** MPIJobs of `kubeflow.org/v1`, whose launchers start processes by `kubectl exec`. */
export const MPI_EXEC_SCENARIOS: readonly Scenario[] = [
  mpi('mpi-two', {}, exits(0, 'launcher')),
  mpi('mpi-slots', { spec: { slotsPerWorker: 4 }, runPolicy: { cleanPodPolicy: 'All' } }, exits(0, 'launcher')),
  mpi('mpi-running', { spec: { cleanPodPolicy: 'Running' } }, exits(0, 'launcher')),
  mpi('mpi-gpus', { pods: { Launcher: container(GPU), Worker: container(GPU) } }),
  mpi('mpi-commands', { pods: COMMANDS, spec: { mainContainer: 'mpi' } }),
  mpi('mpi-account', { pods: { Launcher: { serviceAccountName: 'default' } } }),
  mpi('mpi-fails', {}, exits(1, 'launcher')),
  mpi('mpi-worker-fails', {}, exits(1, 'worker-1')),
  mpi('mpi-evicted', { restartPolicy: 'OnFailure' }, evicted('worker-0')),
  mpi('mpi-suspended', { runPolicy: { suspend: true } }, suspended(false), suspended(true)),
  mpi('mpi-stopped', {}, suspended(true), suspended(false)),
];
