import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import { jobsOf, podSpecOf } from '../../../src/training/trainer/layout.ts';
import { layOut } from '../../../src/training/trainer/render.ts';
import { envOf, job, runtimeSpec, TrainerWorld, trainJob } from './world.ts';

const mpi = { runLauncherAsNode: true, sshAuthMountPath: '/home/mpiuser/.ssh' };
const runtime = (more: object = {}) =>
  runtimeSpec({ numNodes: 1, mpi: { ...mpi, ...more } }, [job('node'), job('launcher', 'trainer')]);
const dataOf = (object: KubeObject | undefined) =>
  (object as unknown as { readonly data: Readonly<Record<string, string>> } | undefined)?.data;
const hostfile = (world: TrainerWorld) =>
  dataOf(world.children.find(({ metadata }) => metadata.name === 'j-mpi-hostfile'))?.hostfile;

describe('mpi', () => {
  test('[training 30] the launcher is one of two nodes: hosts in the order of the jobs, keys and their places', () => {
    const world = new TrainerWorld({ trainer: { numNodes: 2, numProcPerNode: 4 } }, runtime());
    world.settle();
    expect(hostfile(world)).toBe('j-node-0-0.j slots=4\nj-launcher-0-0.j slots=4\n');
    expect(world.child('Secret')).toMatchObject({
      metadata: { name: 'j-mpi-ssh-auth-job-uid' },
      type: 'kubernetes.io/ssh-auth',
      immutable: true,
    });
    const [node, launcher] = jobsOf(world.jobSet!).map(podSpecOf);
    const keys = { name: 'mpi-ssh-auth', mountPath: '/home/mpiuser/.ssh' };
    expect(node?.containers[0]?.volumeMounts).toEqual([keys]);
    expect(launcher?.containers[0]?.volumeMounts).toEqual([keys, { name: 'mpi-hostfile', mountPath: '/etc/mpi' }]);
    expect(launcher?.volumes).toMatchObject([
      { name: 'mpi-ssh-auth', secret: { secretName: 'j-mpi-ssh-auth-job-uid', defaultMode: 0o400 } },
      { name: 'mpi-hostfile', configMap: { name: 'j-mpi-hostfile' } },
    ]);
    expect(envOf(launcher!.containers[0]!)).toEqual({
      OMPI_MCA_orte_default_hostfile: '/etc/mpi/hostfile',
      OMPI_MCA_orte_keep_fqdn_hostnames: 'true',
      OMPI_MCA_orte_set_default_slots: '4',
      OMPI_MCA_plm_rsh_args: '-o ConnectionAttempts=10',
    });
    expect(envOf(node!.containers[0]!)).toEqual({});
  });

  test.each([
    [1, true, 1],
    [3, true, 2],
    [3, false, 3],
  ])('[training 30] %i nodes, the launcher among them: %s', (numNodes, runLauncherAsNode, expected) => {
    const layout = layOut(trainJob({ trainer: { numNodes } }), runtime({ runLauncherAsNode }));
    expect(jobsOf(layout).map(({ template }) => template.spec?.parallelism)).toEqual([expected, 1]);
  });

  test('a launcher that only launches is no host', () => {
    const world = new TrainerWorld({ trainer: { numNodes: 2 } }, runtime({ runLauncherAsNode: false }));
    world.settle();
    expect(hostfile(world)).toBe('j-node-0-0.j slots=1\nj-node-0-1.j slots=1\n');
  });

  test('a process for each GPU where the runtime does not say how many', () => {
    const resourcesPerNode = { limits: { 'nvidia.com/gpu': 8 } };
    const world = new TrainerWorld({ trainer: { resourcesPerNode } }, runtime());
    world.settle();
    expect(hostfile(world)).toContain('slots=8');
    expect(jobsOf(world.jobSet!).map((found) => podSpecOf(found).containers[0]?.resources)).toEqual([
      resourcesPerNode,
      resourcesPerNode,
    ]);
  });

  test('[training 30] the keys are asked for until the JobSet is there, and not when it resumes', () => {
    const world = new TrainerWorld({ suspend: true }, runtime());
    expect(world.plan().children.map(({ kind }) => kind)).toEqual(['ConfigMap', 'ConfigMap', 'Secret', 'JobSet']);
    world.settle();
    world.edit({ suspend: false });
    expect(world.plan().children.map(({ kind }) => kind)).not.toContain('Secret');
  });
});
