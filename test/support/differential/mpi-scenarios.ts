import type { KubeObject } from '../../../src/api/kube.ts';
import type { Loose } from '../api.ts';
import { eventually } from '../eventually.ts';
import { mpiJob, mpiReplicas } from '../mpi-job.ts';
import type { JobUnderTest } from '../pytorch-job.ts';
import { admitted } from './gang-scenarios.ts';
import { type Act, evicted, exits, passes, patched, type Scenario, suspended } from './scenario.ts';

interface Shape {
  /** @default 2; 0 for no Worker */
  readonly workers?: number;
  readonly runPolicy?: Readonly<Record<string, unknown>>;
  readonly spec?: object;
  readonly pods?: Parameters<typeof mpiReplicas>[2];
}

const mpi = (name: string, shape: Shape = {}, ...acts: readonly Act[]): Scenario => ({
  name,
  job(namespace, own) {
    const { workers = 2, runPolicy = {} } = shape;
    const job = mpiJob('v2beta1', namespace, workers, runPolicy);
    const { Launcher, Worker } = mpiReplicas(workers, { team: 'hpc' }, shape.pods);
    const mpiReplicaSpecs = { Launcher, ...(workers > 0 && { Worker }) };
    const spec = { ...(job.spec as object), mpiReplicaSpecs, ...shape.spec };
    return { ...job, metadata: { ...job.metadata, name: own }, spec } as KubeObject;
  },
  acts,
});

const launcherOf = (job: JobUnderTest) =>
  eventually(`a launcher of ${job.name}`, async () => {
    const pods = await job.pods();
    const isLauncher = ({ metadata, status }: Loose) =>
      metadata.name?.startsWith(`${job.name}-launcher`) && ['Pending', 'Running'].includes(status.phase);
    return pods.find(isLauncher)?.metadata.name;
  });
const launcherExits =
  (code: number): Act =>
  async (job) =>
    job.exit(await launcherOf(job), code);

const container = (more: object) => ({ containers: [{ name: 'mpi', image: 'example.org/mpi:1', ...more }] });
const COMMANDS = {
  Launcher: container({ command: ['mpirun', 'pi'], env: [{ name: 'WHO', value: 'launcher' }] }),
  Worker: container({ command: ['/usr/sbin/sshd'], args: ['-De'], resources: { limits: { 'nvidia.com/gpu': 1 } } }),
};
const HOST = { hostNetwork: true, ...container({}) };

/** As a queue does it: it says where the pods may run as it lets the job go. */
const placed: Act = patched({
  runPolicy: { suspend: false },
  mpiReplicaSpecs: { Launcher: { template: { spec: { nodeSelector: { 'kubernetes.io/os': 'linux' } } } } },
});
const scaled = (replicas: number): Act => patched({ mpiReplicaSpecs: { Worker: { replicas } } });

/** MPIJobs of `kubeflow.org/v2beta1`, whose launchers start processes over ssh. */
export const MPI_SCENARIOS: readonly Scenario[] = [
  mpi('mpi-two', {}, launcherExits(0)),
  mpi('mpi-clean', { runPolicy: { cleanPodPolicy: 'Running' } }, launcherExits(0)),
  mpi('mpi-clean-all', { runPolicy: { cleanPodPolicy: 'All' } }, exits(0, 'worker-1'), launcherExits(0)),
  mpi('mpi-intel', { spec: { mpiImplementation: 'Intel', slotsPerWorker: 4 } }),
  mpi('mpi-mpich', { spec: { mpiImplementation: 'MPICH', slotsPerWorker: 2 } }),
  mpi('mpi-launcher-works', { spec: { runLauncherAsWorker: true } }, launcherExits(0)),
  mpi('mpi-launcher-alone', { workers: 0, spec: { runLauncherAsWorker: true } }, launcherExits(0)),
  mpi('mpi-waits', { spec: { launcherCreationPolicy: 'WaitForWorkersReady' } }, launcherExits(0)),
  mpi('mpi-commands', { pods: COMMANDS, spec: { sshAuthMountPath: '/ssh/keys' } }),
  mpi('mpi-host', { pods: { Launcher: HOST, Worker: HOST } }),
  mpi('mpi-suspended', { runPolicy: { suspend: true } }, suspended(false), suspended(true)),
  mpi('mpi-queued', { runPolicy: { suspend: true } }, placed),
  mpi('mpi-stopped', {}, suspended(true), suspended(false)),
  mpi('mpi-scaled', {}, scaled(3), scaled(1)),
  mpi('mpi-fails', { runPolicy: { backoffLimit: 0 } }, launcherExits(1)),
  mpi('mpi-again', { runPolicy: { backoffLimit: 1 } }, launcherExits(1), launcherExits(0)),
  mpi('mpi-deadline', { runPolicy: { activeDeadlineSeconds: 30 } }, passes(20_000)),
  mpi('mpi-worker-fails', {}, exits(1, 'worker-1'), launcherExits(0)),
  mpi('mpi-evicted', {}, evicted('worker-1')),
  mpi('mpi-ttl', { runPolicy: { ttlSecondsAfterFinished: 3 } }, launcherExits(0), passes(3000)),
  mpi('mpi-elsewhere', { runPolicy: { managedBy: 'kueue.x-k8s.io/multikueue' } }),
];

const RESOURCES = container({ resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '2Gi' } } });
const POLICY = { minAvailable: 2, queue: 'research', priorityClass: 'high', scheduleTimeoutSeconds: 60 };
const MINIMUM = { minResources: { cpu: '3' } };

/** @param admission what lets the pods in */
const gangs = (...admission: readonly Act[]): readonly Scenario[] => [
  mpi('gang-plain', { pods: { Launcher: RESOURCES, Worker: RESOURCES } }, ...admission, launcherExits(0)),
  mpi('gang-policy', { runPolicy: { schedulingPolicy: { ...POLICY, ...MINIMUM } } }, ...admission, suspended(true)),
  mpi('gang-clean', { runPolicy: { cleanPodPolicy: 'All' } }, ...admission, launcherExits(0)),
];

export const MPI_SCHEDULER_PLUGINS_SCENARIOS: readonly Scenario[] = gangs();
export const MPI_VOLCANO_SCENARIOS: readonly Scenario[] = gangs(admitted);
