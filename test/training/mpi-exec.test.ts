import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/api/kube.ts';
import type { MPIJobSpec } from '../../src/api/mpi-job.ts';
import type { EnvVar, PodSpec } from '../../src/api/pod-template.ts';
import { trainingDomains } from '../../src/training/controller.ts';
import { type JobSketch, running, World } from './world.ts';

const sketch = (more: Partial<MPIJobSpec> = {}, rest: JobSketch = {}): JobSketch => ({
  kind: 'MPIJob',
  ...rest,
  spec: { transport: 'exec', ...more } as JobSketch['spec'] & object,
});
const planned = (more: Partial<MPIJobSpec> = {}, rest: JobSketch = {}, options = {}): World => {
  const world = new World(sketch(more, rest), options);
  world.settle();
  return world;
};
/** With its workers up, and so its launcher made. */
const launched = (more: Partial<MPIJobSpec> = {}, rest: JobSketch = {}, options = {}): World =>
  running(sketch(more, rest), options);
const container = (more: object = {}) => ({ name: 'mpi', image: 'horovod:1', ...more });
const replica = (pod: object = {}, more: object = {}) => ({
  ...more,
  template: { spec: { containers: [container()], ...pod } },
});
const dataOf = (world: World) =>
  (world.child('ConfigMap', 'j-config') as KubeObject & { data: Record<string, string> }).data;
const specOf = (world: World, name: string) => world.child('Pod', name)!.spec as PodSpec;
const envOf = ({ containers }: PodSpec) =>
  Object.fromEntries((containers[0]?.env ?? []).map(({ name, value }: EnvVar) => [name, value]));

describe('an MPIJob by exec', () => {
  test('[training 26] ConfigMap, account, role and binding; the launcher follows its workers', () => {
    const world = planned();
    expect(world.children.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      'ConfigMap j-config',
      'Pod j-worker-0',
      'Pod j-worker-1',
      'RoleBinding j-launcher',
      'Service j',
      'ServiceAccount j-launcher',
    ]);
    world.phase('j-worker-0', 'Running');
    world.settle();
    expect(world.names('Pod')).not.toContain('j-launcher');
    world.phase('j-worker-1', 'Running');
    world.settle();
    expect(world.names('Pod')).toContain('j-launcher');
    expect(world.child('Pod', 'j-launcher')?.metadata.labels).toMatchObject({
      'training.kubeflow.org/operator-name': 'mpijob-controller',
      'training.kubeflow.org/replica-type': 'launcher',
      'training.kubeflow.org/job-role': 'master',
    });
  });

  test('[training 26] the launcher is given the platform’s role', () => {
    const world = planned();
    expect(world.child('RoleBinding', 'j-launcher')).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'armature-mpi-launcher' },
      subjects: [{ kind: 'ServiceAccount', name: 'j-launcher', namespace: 'ns' }],
    });
  });

  test('[training 26] the controller holds nothing of what it grants, and reads no Secret', () => {
    const domain = trainingDomains().find(({ kind }) => kind.kind === 'MPIJob');
    const rules = (resource: string) => domain?.permissions.filter((rule) => rule.resource === resource);
    expect(rules('pods/exec')).toEqual([]);
    expect(rules('secrets')).toEqual([{ group: '', resource: 'secrets', verbs: ['create'] }]);
    expect(rules('clusterroles')).toMatchObject([{ verbs: ['bind'], names: ['armature-mpi-launcher'] }]);
    for (const resource of ['configmaps', 'serviceaccounts', 'rolebindings']) {
      expect(rules(resource)?.flatMap(({ verbs }) => verbs)).not.toContain('delete');
    }
  });

  test('[training 26] an account of the author’s own is bound instead', () => {
    const world = launched({
      mpiReplicaSpecs: { Launcher: replica({ serviceAccountName: 'mine' }), Worker: replica({}, { replicas: 1 }) },
    });
    expect(world.names('ServiceAccount')).toEqual([]);
    expect(world.child('RoleBinding', 'j-launcher')).toMatchObject({ subjects: [{ name: 'mine' }] });
    expect(specOf(world, 'j-launcher').serviceAccountName).toBe('mine');
  });

  test('[training 26] hostfile, kubexec.sh and discover_hosts.sh', () => {
    const world = launched({ slotsPerWorker: 2, mainContainer: 'mpi' });
    expect(dataOf(world).hostfile).toBe('j-worker-0 slots=2\nj-worker-1 slots=2\n');
    expect(dataOf(world)['discover_hosts.sh']).toBe('#!/bin/sh\necho j-worker-0:2\necho j-worker-1:2\n');
    expect(dataOf(world)['kubexec.sh']).toContain(
      `/opt/kube/kubectl exec \${POD_NAME} --container mpi -- /bin/sh -c "$*"\n`,
    );
    expect(dataOf(launched())['kubexec.sh']).toContain(`kubectl exec \${POD_NAME} -- /bin/sh`);
  });

  test('[training 26] the launcher gets kubectl, and finds its workers', () => {
    const pod = specOf(launched({}, {}, { kubectlDeliveryImage: 'kubectl:1' }), 'j-launcher');
    expect(pod.initContainers).toMatchObject([
      {
        name: 'kubectl-delivery',
        image: 'kubectl:1',
        env: [
          { name: 'TARGET_DIR', value: '/opt/kube' },
          { name: 'NAMESPACE', value: 'ns' },
        ],
        volumeMounts: [
          { name: 'mpi-job-kubectl', mountPath: '/opt/kube' },
          { name: 'mpi-job-config', mountPath: '/etc/mpi' },
        ],
      },
    ]);
    expect(pod.serviceAccountName).toBe('j-launcher');
    expect(pod.restartPolicy).toBe('Never');
    expect(envOf(pod)).toEqual({
      ARMATURE_ATTEMPT: '1',
      OMPI_MCA_plm_rsh_agent: '/etc/mpi/kubexec.sh',
      OMPI_MCA_orte_default_hostfile: '/etc/mpi/hostfile',
      I_MPI_HYDRA_BOOTSTRAP: 'rsh',
      I_MPI_HYDRA_BOOTSTRAP_EXEC: '/etc/mpi/kubexec.sh',
      NVIDIA_VISIBLE_DEVICES: '',
      NVIDIA_DRIVER_CAPABILITIES: '',
    });
  });

  test('[training 26] a launcher with an accelerator works too', () => {
    const resources = { limits: { 'nvidia.com/gpu': 1 } };
    const world = launched({
      mpiReplicaSpecs: { Launcher: replica({ containers: [container({ resources })] }), Worker: replica() },
    });
    expect(dataOf(world).hostfile).toBe('j-launcher slots=1\n');
    expect(envOf(specOf(world, 'j-launcher'))).not.toHaveProperty('NVIDIA_VISIBLE_DEVICES');
  });

  test('[training 26] workers wait, with the script in reach', () => {
    const pod = specOf(planned(), 'j-worker-0');
    expect(pod.containers[0]).toMatchObject({
      command: ['sleep'],
      args: ['365d'],
      volumeMounts: [{ name: 'mpi-job-config', mountPath: '/etc/mpi' }],
    });
    expect(pod.containers[0]).not.toHaveProperty('ports');
  });

  test('[training 26] the launcher decides; a worker that fails for good fails the job', () => {
    const world = launched({}, { runPolicy: { cleanPodPolicy: 'All' } });
    world.phase('j-launcher', 'Running');
    world.settle();
    expect(world.message('Running')).toBe('MPIJob j is running.');
    world.exit('j-launcher', 0);
    world.settle();
    expect(world.message('Succeeded')).toBe('MPIJob j is successfully completed.');
    world.reap();
    expect(world.names('Pod')).toEqual([]);

    const broken = launched();
    broken.phase('j-launcher', 'Running');
    broken.exit('j-worker-1', 1);
    broken.settle();
    expect(broken.status.conditions?.at(-1)).toMatchObject({
      reason: 'MPIJobFailed',
      message: 'MPIJob j is failed because 1 Worker replica(s) failed.',
    });
  });

  test('[training 12] ExitCode: a launcher that a signal ended is made anew', () => {
    const world = launched({}, { restartPolicy: 'ExitCode' });
    world.phase('j-launcher', 'Running');
    world.settle();
    world.exit('j-launcher', 137);
    world.settle();
    expect(world.names('Pod')).toContain('j-launcher');
    expect(world.conditions).toEqual(['Created=True', 'Restarting=True']);
    world.exit('j-launcher', 1);
    world.settle();
    expect(world.message('Failed')).toBe('job "j" is failing because "Launcher" replica(s) failed.');
  });

  test('[training 18] suspended: nothing runs; [training 20] the older cleanPodPolicy yields to the newer', () => {
    const world = launched();
    world.edit({ suspend: true });
    world.settle();
    world.reap();
    expect(world.children.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'RoleBinding', 'ServiceAccount']);
    expect(planned({}, { runPolicy: { suspend: true } }).children).toEqual([]);

    const cleaned = launched({ cleanPodPolicy: 'All' }, { runPolicy: { cleanPodPolicy: 'None' } });
    cleaned.exit('j-launcher', 0);
    cleaned.settle();
    expect(cleaned.names('Pod')).toHaveLength(3);
    const older = launched({ cleanPodPolicy: 'All' });
    older.exit('j-launcher', 0);
    older.settle();
    older.reap();
    expect(older.names('Pod')).toEqual([]);
  });

  test('[training 22] in a gang launcher and workers start together', () => {
    const world = planned({}, {}, { gangScheduler: 'coscheduler' });
    expect(world.names('Pod')).toEqual(['j-launcher', 'j-worker-0', 'j-worker-1']);
  });
});
