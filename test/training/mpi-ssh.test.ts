import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/api/kube.ts';
import type { MPIJobSpec } from '../../src/api/mpi-job.ts';
import type { EnvVar, PodSpec } from '../../src/api/pod-template.ts';
import type { Pod } from '../../src/training/pod-state.ts';
import { type JobSketch, World } from './world.ts';

const spec = (more: Partial<MPIJobSpec> = {}) => ({ transport: 'ssh', ...more }) as JobSketch['spec'] & object;
const sketch = (more: Partial<MPIJobSpec> = {}, rest: JobSketch = {}): JobSketch => ({
  kind: 'MPIJob',
  ...rest,
  spec: spec(more),
});
const planned = (more: Partial<MPIJobSpec> = {}, rest: JobSketch = {}, options = {}): World => {
  const world = new World(sketch(more, rest), options);
  world.settle();
  return world;
};
const container = (more: object = {}) => ({ name: 'mpi', image: 'pi:1', ...more });
const replica = (pod: object = {}, more: object = {}) => ({
  ...more,
  template: { spec: { containers: [container()], ...pod } },
});
const dataOf = (world: World): Record<string, string> =>
  (world.child('ConfigMap', 'j-config') as KubeObject & { data: Record<string, string> }).data;
const workerOf = (world: World, index = 0) => world.child('Pod', `j-worker-${index}`)!.spec as PodSpec;
interface LauncherSpec {
  readonly suspend: boolean;
  readonly template: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: PodSpec };
}
const launcherOf = (world: World): LauncherSpec => world.child('Job', 'j-launcher')!.spec as LauncherSpec;
const envOf = ({ containers }: PodSpec): Record<string, string | undefined> =>
  Object.fromEntries((containers[0]?.env ?? []).map(({ name, value }: EnvVar) => [name, value]));
const keysOf = ({ volumes = [] }: PodSpec) =>
  (
    volumes.find(({ name }) => name === 'ssh-auth') as unknown as {
      secret: { items: { path: string; mode?: number }[] };
    }
  ).secret;
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

/** The Job controller says how the launcher is. */
function launcherSays(world: World, status: object): void {
  world.children = world.children.map((child) => (child.kind === 'Job' ? { ...child, status } : child));
  world.settle();
}
/** A launcher that failed. */
const launcher = (name: string, exitCode: number, reason: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `j-launcher-${name}`, creationTimestamp: `2026-01-01T00:00:0${exitCode % 10}Z` },
  status: { phase: 'Failed', containerStatuses: [{ name: 'mpi', state: { terminated: { exitCode, reason } } }] },
});
const runAll = (world: World): void => {
  for (const name of world.names('Pod')) world.phase(name ?? '', 'Running', ready);
  launcherSays(world, { active: 1, ready: 1 });
};

describe('an MPIJob over ssh', () => {
  test('[training 24] Service, hostfile, keys, workers and the launcher’s Job', () => {
    const world = planned({ slotsPerWorker: 4 });
    expect(world.children.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      'ConfigMap j-config',
      'Job j-launcher',
      'Pod j-worker-0',
      'Pod j-worker-1',
      'Secret j-ssh-job-uid',
      'Service j',
    ]);
    expect(dataOf(world)).toEqual({
      hostfile: 'j-worker-0.j.ns.svc slots=4\nj-worker-1.j.ns.svc slots=4\n',
      'discover_hosts.sh': '#!/bin/sh\n',
    });
    expect(world.child('Secret', 'j-ssh-job-uid')).toMatchObject({ type: 'kubernetes.io/ssh-auth', immutable: true });
    expect(world.child('Secret', 'j-ssh-job-uid')).not.toHaveProperty('data');
    expect(world.child('ConfigMap', 'j-config')?.metadata.annotations).toEqual({
      'armature.dev/ssh-keys': 'j-ssh-job-uid',
    });
    for (const child of world.children) {
      expect(child.metadata.ownerReferences).toMatchObject([{ apiVersion: 'kubeflow.org/v2beta1', kind: 'MPIJob' }]);
      expect(child.metadata.labels).toMatchObject({
        'training.kubeflow.org/operator-name': 'mpi-operator',
        'training.kubeflow.org/job-name': 'j',
      });
    }
  });

  test('[training 24] a worker is an ssh server that the others can name', () => {
    const pod = workerOf(planned());
    expect(pod).toMatchObject({ hostname: 'j-worker-0', subdomain: 'j', restartPolicy: 'Never' });
    expect(pod.dnsConfig?.searches).toEqual(['j.ns.svc.cluster.local']);
    expect(pod.containers[0]).toMatchObject({
      command: ['/usr/sbin/sshd', '-De'],
      volumeMounts: [{ name: 'ssh-auth', mountPath: '/root/.ssh' }],
    });
    expect(envOf(pod)).toEqual({ K_MPI_JOB_ROLE: 'worker', ARMATURE_ATTEMPT: '1' });
    const own = planned({
      mpiReplicaSpecs: {
        Launcher: replica(),
        Worker: replica({ containers: [container({ args: ['-x'] })] }, { replicas: 1 }),
      },
    });
    expect(workerOf(own).containers[0]).not.toHaveProperty('command');
  });

  test('[training 24] the keys may be read by those who must, and by nobody whom ssh minds', () => {
    const modes = (pod: PodSpec) => keysOf(pod).items.map(({ path, mode }) => [path, mode]);
    const closed = [
      ['id_rsa', 0o600],
      ['id_rsa.pub', undefined],
      ['authorized_keys', undefined],
    ];
    expect(modes(workerOf(planned()))).toEqual(closed);
    expect(keysOf(workerOf(planned()))).toMatchObject({ defaultMode: 0o600, secretName: 'j-ssh-job-uid' });
    const as = (securityContext: object, sshAuthMountPath = '/keys/.ssh') => {
      const pod = replica({ securityContext });
      return modes(
        workerOf(planned({ sshAuthMountPath, mpiReplicaSpecs: { Launcher: pod, Worker: { replicas: 1, ...pod } } })),
      )[0];
    };
    expect(as({ runAsUser: 1000 })).toEqual(['id_rsa', 0o644]);
    expect(as({ runAsUser: 1000, fsGroup: 1000 })).toEqual(['id_rsa', 0o640]);
    expect(as({})).toEqual(['id_rsa', 0o644]);
    expect(as({ runAsUser: 0 })).toEqual(['id_rsa', 0o600]);
  });

  test.each([
    [
      'OpenMPI',
      ' slots=2',
      {
        OMPI_MCA_orte_keep_fqdn_hostnames: 'true',
        OMPI_MCA_orte_default_hostfile: '/etc/mpi/hostfile',
        OMPI_MCA_plm_rsh_args: '-o ConnectionAttempts=10',
        OMPI_MCA_orte_set_default_slots: '2',
      },
    ],
    [
      'Intel',
      ':2',
      {
        I_MPI_HYDRA_HOST_FILE: '/etc/mpi/hostfile',
        I_MPI_HYDRA_BOOTSTRAP_EXEC_EXTRA_ARGS: '-o ConnectionAttempts=10',
        I_MPI_PERHOST: '2',
      },
    ],
    [
      'MPICH',
      ':2',
      {
        HYDRA_HOST_FILE: '/etc/mpi/hostfile',
        HYDRA_LAUNCH_EXTRA_ARGS: '-o ConnectionAttempts=10',
      },
    ],
  ] as const)('[training 24] %s is told its hosts in its own way', (mpiImplementation, slots, variables) => {
    const world = planned({ mpiImplementation, slotsPerWorker: 2 }, { workers: 1 });
    expect(dataOf(world).hostfile).toBe(`j-worker-0.j.ns.svc${slots}\n`);
    expect(envOf(launcherOf(world).template.spec)).toEqual({
      ARMATURE_ATTEMPT: '1',
      K_MPI_JOB_ROLE: 'launcher',
      ...variables,
      NVIDIA_VISIBLE_DEVICES: '',
      NVIDIA_DRIVER_CAPABILITIES: '',
    });
  });

  test('[training 24] what the author sets stays', () => {
    const env = [{ name: 'OMPI_MCA_plm_rsh_args', value: '-p 2222' }];
    const world = planned({
      mpiReplicaSpecs: { Launcher: replica({ containers: [container({ env })] }), Worker: replica() },
    });
    expect(
      launcherOf(world).template.spec.containers[0]?.env?.filter(({ name }) => name === 'OMPI_MCA_plm_rsh_args'),
    ).toEqual(env);
  });

  test('[training 24] the launcher’s Job: limits, policy, mounts', () => {
    const world = planned(
      {},
      { runPolicy: { backoffLimit: 3, activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 5 } },
    );
    expect(launcherOf(world)).toMatchObject({
      backoffLimit: 3,
      activeDeadlineSeconds: 60,
      podReplacementPolicy: 'Failed',
      suspend: false,
      template: { spec: { restartPolicy: 'OnFailure', hostname: 'j-launcher', subdomain: 'j' } },
    });
    const { volumes = [], containers } = launcherOf(world).template.spec;
    expect(volumes.find(({ name }) => name === 'mpi-job-config')).toEqual({
      name: 'mpi-job-config',
      configMap: {
        name: 'j-config',
        items: [
          { key: 'hostfile', path: 'hostfile', mode: 0o444 },
          { key: 'discover_hosts.sh', path: 'discover_hosts.sh', mode: 0o555 },
        ],
      },
    });
    expect(containers[0]?.volumeMounts).toEqual([
      { name: 'ssh-auth', mountPath: '/root/.ssh' },
      { name: 'mpi-job-config', mountPath: '/etc/mpi' },
    ]);
  });

  test('[training 25] the launcher as a worker stands first, and the indices follow', () => {
    const world = planned({ runLauncherAsWorker: true });
    expect(dataOf(world).hostfile?.split('\n')).toEqual([
      'j-launcher.j.ns.svc slots=1',
      'j-worker-0.j.ns.svc slots=1',
      'j-worker-1.j.ns.svc slots=1',
      '',
    ]);
    const index = 'training.kubeflow.org/replica-index';
    const role = 'training.kubeflow.org/job-role';
    expect(launcherOf(world).template.metadata.labels).toMatchObject({ [index]: '0', [role]: 'launcher' });
    expect([0, 1].map((i) => world.child('Pod', `j-worker-${i}`)?.metadata.labels?.[index])).toEqual(['1', '2']);
    expect(world.child('Pod', 'j-worker-0')?.metadata.labels?.[role]).toBe('worker');
    expect(envOf(launcherOf(world).template.spec)).not.toHaveProperty('NVIDIA_VISIBLE_DEVICES');
  });

  test('the cluster’s domain is in the names when it is given; a host’s network still asks the cluster', () => {
    const world = planned(
      { mpiReplicaSpecs: { Launcher: replica(), Worker: replica({ hostNetwork: true }, { replicas: 1 }) } },
      {},
      { clusterDomain: 'my.org' },
    );
    expect(dataOf(world).hostfile).toBe('j-worker-0.j.ns.svc.my.org slots=1\n');
    expect(workerOf(world)).toMatchObject({ dnsPolicy: 'ClusterFirstWithHostNet' });
  });

  test('without a Worker there is none, and the launcher is alone', () => {
    const world = planned({ mpiReplicaSpecs: { Launcher: replica() } });
    expect(world.names('Pod')).toEqual([]);
    expect(world.names('Job')).toEqual(['j-launcher']);
  });

  test('[training 24] runs with launcher and all workers, succeeds with the launcher, and the workers go', () => {
    const world = planned({}, { runPolicy: { cleanPodPolicy: 'Running' } });
    world.phase('j-worker-0', 'Running');
    launcherSays(world, { active: 1, ready: 1 });
    expect(world.conditions).toEqual(['Created=True']);
    expect(dataOf(world)['discover_hosts.sh']).toBe('#!/bin/sh\necho j-worker-0.j.ns.svc\n');
    runAll(world);
    expect(world.message('Running')).toBe('MPIJob ns/j is running.');
    launcherSays(world, { conditions: [{ type: 'Complete', status: 'True' }] });
    expect(world.conditions).toEqual(['Created=True', 'Running=False', 'Succeeded=True']);
    expect(world.message('Succeeded')).toBe('MPIJob ns/j successfully completed.');
    world.reap();
    expect(world.children.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'Job', 'Secret']);
  });

  test('[training 25] a launcher that gave up fails the job, in its own words', () => {
    const world = planned();
    runAll(world);
    world.launchers = [launcher('a', 1, 'Error'), launcher('b', 137, 'OOMKilled')];
    launcherSays(world, {
      failed: 7,
      conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'tried often enough' }],
    });
    expect(world.status.conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'BackoffLimitExceeded/OOMKilled',
      message: expect.stringMatching(
        /^tried often enough: the last launcher, pod j-launcher-b, failed with exit code 137 \(OOMKilled: /,
      ),
    });
    expect(world.status.replicaStatuses?.Launcher).toMatchObject({ active: 0, failed: 7 });
    expect(world.status.completionTime).toBeDefined();

    const late = planned({}, { runPolicy: { activeDeadlineSeconds: 60 } });
    launcherSays(late, { conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' }] });
    expect(late.status.conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'MPIJob ns/j has failed',
    });
  });

  test('[training 25] WaitForWorkersReady: first the workers, then the launcher', () => {
    const world = planned({ launcherCreationPolicy: 'WaitForWorkersReady' });
    expect(world.names('Job')).toEqual([]);
    world.phase('j-worker-0', 'Running', ready);
    world.phase('j-worker-1', 'Running');
    world.settle();
    expect(world.names('Job')).toEqual([]);
    world.phase('j-worker-1', 'Running', ready);
    world.settle();
    expect(world.names('Job')).toEqual(['j-launcher']);
    world.phase('j-worker-1', 'Running');
    world.settle();
    expect(launcherOf(world).suspend).toBe(false);
  });

  test('[training 25] WaitForWorkersReady after a suspension: the launcher of the new attempt waits for the workers to be back', () => {
    const world = planned({ launcherCreationPolicy: 'WaitForWorkersReady' });
    runAll(world);
    runAll(world);
    expect(launcherOf(world).suspend).toBe(false);
    world.edit({ suspend: true });
    world.settle();
    world.reap();
    world.edit({ suspend: false });
    world.settle();
    expect([world.names('Pod').length, world.names('Job')]).toEqual([2, []]);
    runAll(world);
    expect(launcherOf(world)).toMatchObject({ suspend: false });
    expect(envOf(launcherOf(world).template.spec).ARMATURE_ATTEMPT).toBe('2');
  });

  test('[training 22] a gang that needs its launcher does not wait for it', () => {
    const waits = { launcherCreationPolicy: 'WaitForWorkersReady' };
    const options = { gangScheduler: 'coscheduler' };
    expect(planned(waits, {}, options).names('Job')).toEqual(['j-launcher']);
    const schedulingPolicy = { minAvailable: 2 };
    expect(planned(waits, { runPolicy: { schedulingPolicy } }, options).names('Job')).toEqual([]);
    const { template } = launcherOf(planned({}, {}, options));
    expect(template.metadata.labels).toMatchObject({ 'scheduling.x-k8s.io/pod-group': 'j' });
    expect(template.spec.schedulerName).toBe('coscheduler');
  });

  test('[training 22] under Volcano the launcher waits with the workers until their group is let in', () => {
    const annotations = { 'scheduling.volcano.sh/queue-name': 'gold' };
    const world = planned({}, { annotations }, { gangScheduler: 'volcano' });
    expect([world.names('Pod'), world.names('Job')]).toEqual([[], []]);
    expect(world.child('PodGroup', 'j')?.spec).toMatchObject({ queue: 'gold', minMember: 3 });
    world.children = world.children.map((object) =>
      object.kind === 'PodGroup' ? { ...object, status: { phase: 'Inqueue' } } : object,
    );
    world.settle();
    expect([world.names('Pod').length, world.names('Job')]).toEqual([2, ['j-launcher']]);
    const suspended = planned({}, { runPolicy: { suspend: true } }, { gangScheduler: 'volcano' });
    expect([world.names('PodGroup'), suspended.names('PodGroup')]).toEqual([['j'], []]);
    expect(launcherOf(suspended).suspend).toBe(true);
  });

  test('[training 16] over its deadline: Failed at its time, and a launcher that still runs goes with the pods', () => {
    const world = planned({}, { runPolicy: { activeDeadlineSeconds: 10, cleanPodPolicy: 'Running' } });
    runAll(world);
    world.now += 10_000;
    world.settle();
    expect(world.status.conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    });
    world.reap();
    expect([world.names('Pod'), world.names('Job')]).toEqual([[], []]);
  });

  test('[training 17] a job that is over its time to live is deleted', () => {
    const world = planned({}, { runPolicy: { ttlSecondsAfterFinished: 5 } });
    runAll(world);
    launcherSays(world, { conditions: [{ type: 'Complete', status: 'True' }] });
    expect(world.gone).toBe(false);
    world.now += 5000;
    world.step();
    expect(world.gone).toBe(true);
  });

  test('[training 25] suspended at birth: all but the workers; resumed with what the queue added', () => {
    const world = planned({}, { runPolicy: { suspend: true } });
    const kinds = () => world.children.map(({ kind }) => kind).sort();
    expect(kinds()).toEqual(['ConfigMap', 'Job', 'Secret', 'Service']);
    expect(launcherOf(world).suspend).toBe(true);
    expect(world.conditions).toEqual(['Created=True', 'Suspended=True']);
    expect([world.message('Created'), world.message('Suspended')]).toEqual([
      'MPIJob ns/j is created.',
      'MPIJob suspended',
    ]);
    const secret = world.child('Secret', 'j-ssh-job-uid')?.metadata.uid;

    const nodeSelector = { pool: 'a' };
    const placed = { Launcher: replica({ nodeSelector }), Worker: replica({ nodeSelector }, { replicas: 2 }) };
    world.job = { ...world.job, spec: { ...world.job.spec, mpiReplicaSpecs: placed } as never };
    world.edit({ suspend: false });
    world.settle();
    expect(kinds()).toEqual(['ConfigMap', 'Job', 'Pod', 'Pod', 'Secret', 'Service']);
    expect(launcherOf(world)).toMatchObject({ suspend: false, template: { spec: { nodeSelector } } });
    expect(workerOf(world).nodeSelector).toEqual(nodeSelector);
    expect(world.conditions).toEqual(['Created=True', 'Suspended=False']);
    expect(world.child('Secret', 'j-ssh-job-uid')?.metadata.uid).toBe(secret);
  });

  test('[training 25] suspended while it runs: the workers go, the launcher stops, and both come back', () => {
    const world = planned();
    runAll(world);
    world.edit({ suspend: true });
    world.settle();
    world.reap();
    expect(world.names('Pod')).toEqual([]);
    expect(launcherOf(world).suspend).toBe(true);
    expect(world.status.replicaStatuses?.Worker).toMatchObject({ active: 0 });
    world.edit({ suspend: false });
    world.settle();
    expect(world.names('Pod')).toHaveLength(2);
    expect(launcherOf(world).suspend).toBe(false);
    expect(envOf(launcherOf(world).template.spec).ARMATURE_ATTEMPT).toBe('2');
  });

  test('[training 25] the keys are named until the ConfigMap tells that they are made', () => {
    const world = new World(sketch());
    const names = () => world.plan().children.map(({ kind }) => kind);
    expect(names()).toContain('Secret');
    world.step(1);
    expect([world.names('Secret'), world.names('ConfigMap')]).toEqual([['j-ssh-job-uid'], []]);
    expect(names()).toContain('Secret');
    world.settle();
    expect(names()).not.toContain('Secret');
    world.children = world.children.filter(({ kind }) => kind !== 'ConfigMap');
    expect(names()).toContain('Secret');
  });

  test('a worker that is gone is replaced under its name, and the launcher tries again', () => {
    const world = planned();
    runAll(world);
    const before = world.child('Pod', 'j-worker-1')?.metadata.uid;
    world.exit('j-worker-1', 137);
    world.settle();
    expect(world.child('Pod', 'j-worker-1')?.metadata.uid).not.toBe(before);
    expect(world.conditions).toEqual(['Created=True', 'Restarting=True']);
    runAll(world);
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    expect(world.names('Job')).toEqual(['j-launcher']);
  });

  test('[training 19] another manager’s job is left alone, mpi-operator’s own name is ours', () => {
    expect(planned({}, { runPolicy: { managedBy: 'kueue.x-k8s.io/multikueue' } }).writes).toEqual([]);
    expect(planned({}, { runPolicy: { managedBy: 'kubeflow.org/mpi-operator' } }).names('Pod')).toHaveLength(2);
  });
});
