import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/api/kube.ts';
import type { EnvVar, PodSpec } from '../../src/api/pod-template.ts';
import { type JobSketch, jobOf, World } from './world.ts';

const child = (world: World, kind: string, name: string): KubeObject =>
  world.children.find((object) => object.kind === kind && object.metadata.name === name)!;
const specOf = (world: World, name: string) => child(world, 'Pod', name).spec as PodSpec;
const envOf = (world: World, name: string): Record<string, string | undefined> =>
  Object.fromEntries((specOf(world, name).containers[0]!.env ?? []).map(({ name, value }: EnvVar) => [name, value]));
const planned = (sketch: JobSketch, options = {}): World => {
  const world = new World(sketch, options);
  world.settle();
  return world;
};

describe('the objects of a PyTorchJob', () => {
  test('[training 1] one master and two workers: pods, labels, owner and one headless Service', () => {
    const world = planned({});
    expect(world.names('Pod')).toEqual(['j-master-0', 'j-worker-0', 'j-worker-1']);
    expect(world.names('Service')).toEqual(['j']);
    const service = child(world, 'Service', 'j').spec as Record<string, unknown>;
    expect(service).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      ports: [{ name: 'pytorchjob-port', port: 23456 }],
      selector: {
        'training.kubeflow.org/job-name': 'j',
        'training.kubeflow.org/operator-name': 'pytorchjob-controller',
      },
    });
    expect(child(world, 'Pod', 'j-worker-1').metadata.labels).toEqual({
      'training.kubeflow.org/job-name': 'j',
      'training.kubeflow.org/operator-name': 'pytorchjob-controller',
      'training.kubeflow.org/replica-type': 'worker',
      'training.kubeflow.org/replica-index': '1',
    });
    expect(child(world, 'Pod', 'j-master-0').metadata.labels?.['training.kubeflow.org/job-role']).toBe('master');
    expect(child(world, 'Pod', 'j-master-0').metadata.ownerReferences).toEqual([
      expect.objectContaining({ kind: 'PyTorchJob', uid: 'job-uid', controller: true, blockOwnerDeletion: true }),
    ]);
    expect(specOf(world, 'j-worker-0')).toMatchObject({
      hostname: 'j-worker-0',
      subdomain: 'j',
      dnsConfig: { searches: ['j.ns.svc.cluster.local'] },
      restartPolicy: 'OnFailure',
    });
  });

  test.each([
    ['the option', {}, { servicePerPod: true }],
    ['the annotation', { annotations: { 'armature.dev/service-per-pod': 'true' } }, {}],
  ])('a Service for each pod by %s', (_by, sketch, options) => {
    const world = planned(sketch, options);
    expect(world.names('Service')).toEqual(['j-master-0', 'j-worker-0', 'j-worker-1']);
    expect(specOf(world, 'j-worker-0').subdomain).toBeUndefined();
  });

  test('[training 2] the environment of each rank', () => {
    const world = planned({});
    expect(envOf(world, 'j-master-0')).toEqual({
      PYTHONUNBUFFERED: '1',
      MASTER_PORT: '23456',
      PET_MASTER_PORT: '23456',
      MASTER_ADDR: 'j-master-0',
      PET_MASTER_ADDR: 'j-master-0',
      WORLD_SIZE: '3',
      RANK: '0',
      PET_NODE_RANK: '0',
      TORCHELASTIC_RESTART_COUNT: '0',
      ARMATURE_ATTEMPT: '1',
      PET_NPROC_PER_NODE: 'auto',
      PET_NNODES: '3',
    });
    expect(envOf(world, 'j-worker-0')).toMatchObject({ RANK: '1', PET_NODE_RANK: '1' });
    expect(envOf(world, 'j-worker-1')).toMatchObject({ RANK: '2', PET_NODE_RANK: '2' });
    const two = planned({ spec: { nprocPerNode: '2' } });
    expect(envOf(two, 'j-worker-1')).toMatchObject({ WORLD_SIZE: '6', PET_NPROC_PER_NODE: '2' });
  });

  test('[training 3] no init container is added, and without a Master there is no MASTER_ADDR or RANK', () => {
    const withMaster = planned({});
    expect(specOf(withMaster, 'j-worker-0').initContainers).toBeUndefined();
    const env = envOf(planned({ master: false }), 'j-worker-1');
    expect(Object.keys(env).filter((name) => /MASTER|RANK|WORLD/.test(name))).toEqual([]);
    expect(env.PET_NNODES).toBe('2');
  });

  test('an elastic job: rendezvous, autoscaler, and none while suspended', () => {
    const metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ];
    const world = planned({
      master: false,
      spec: { elasticPolicy: { minReplicas: 1, maxReplicas: 2, maxRestarts: 100, metrics } },
    });
    expect(envOf(world, 'j-worker-1')).toMatchObject({
      PET_NNODES: '1:2',
      PET_RDZV_ENDPOINT: 'j-worker-0:23456',
      PET_RDZV_BACKEND: 'c10d',
      PET_MAX_RESTARTS: '100',
    });
    expect(child(world, 'HorizontalPodAutoscaler', 'j').spec).toEqual({
      scaleTargetRef: { apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', name: 'j' },
      minReplicas: 1,
      maxReplicas: 2,
      metrics,
    });
    expect(world.status.replicaStatuses?.Worker?.selector).toBe(
      'training.kubeflow.org/job-name=j,training.kubeflow.org/operator-name=pytorchjob-controller,training.kubeflow.org/replica-type=worker',
    );
    world.edit({ suspend: true });
    world.settle();
    expect(world.names('HorizontalPodAutoscaler')).toEqual([]);
  });

  test('what is left out acts as the default and the stored spec is not touched', () => {
    const container = { name: 'pytorch', image: 'train:1' };
    const job = jobOf({
      spec: { pytorchReplicaSpecs: { Worker: { template: { spec: { containers: [container] } } } } },
    });
    const before = structuredClone(job.spec);
    const world = new World(job);
    world.settle();
    expect(world.names('Pod')).toEqual(['j-worker-0']);
    expect(specOf(world, 'j-worker-0').restartPolicy).toBe('OnFailure');
    expect(specOf(world, 'j-worker-0').containers[0]?.ports).toEqual([
      { name: 'pytorchjob-port', containerPort: 23456 },
    ]);
    expect(world.job.spec).toEqual(before);
  });

  test('[training 22] volcano: the group first, the pods once it is admitted, the group gone at the end', () => {
    const world = planned({ runPolicy: { schedulingPolicy: { queue: 'gold' } } }, { gangScheduler: 'volcano' });
    expect(world.names('Pod')).toEqual([]);
    expect(world.names('Service')).toEqual([]);
    expect(world.job.status?.startTime).toBeUndefined();
    const group = child(world, 'PodGroup', 'j');
    expect(group.spec).toMatchObject({ minMember: 3, queue: 'gold' });
    world.children = world.children.map((object) =>
      object.kind === 'PodGroup' ? { ...object, status: { phase: 'Inqueue' } } : object,
    );
    world.settle();
    expect(world.names('Pod')).toHaveLength(3);
    expect(world.job.status?.startTime).toBeDefined();
    expect(specOf(world, 'j-worker-0').schedulerName).toBe('volcano');
    expect(child(world, 'Pod', 'j-worker-0').metadata.annotations).toEqual({
      'scheduling.k8s.io/group-name': 'j',
      'volcano.sh/task-spec': 'worker',
    });
    world.exit('j-master-0', 0);
    world.settle();
    expect(world.names('PodGroup')).toEqual([]);

    const plugins = planned(
      { runPolicy: { schedulingPolicy: { scheduleTimeoutSeconds: 9 } } },
      { gangScheduler: 'cosched' },
    );
    expect(child(plugins, 'PodGroup', 'j').spec).toMatchObject({ minMember: 3, scheduleTimeoutSeconds: 9 });
    expect(child(plugins, 'Pod', 'j-worker-0').metadata.labels?.['scheduling.x-k8s.io/pod-group']).toBe('j');
    expect(specOf(plugins, 'j-worker-0').schedulerName).toBe('cosched');
  });

  test('native gang scheduling: a group of Kubernetes’ own, made once, and pods that name it', () => {
    const world = planned({}, { gangScheduler: 'native' });
    expect(child(world, 'PodGroup', 'j')).toMatchObject({
      apiVersion: 'scheduling.k8s.io/v1alpha2',
      spec: { schedulingPolicy: { gang: { minCount: 3 } } },
    });
    expect(specOf(world, 'j-worker-0')).toMatchObject({ schedulingGroup: { podGroupName: 'j' } });
    expect(specOf(world, 'j-worker-0').schedulerName).toBeUndefined();
  });

  test('[training 23] scaling keeps indices stable', () => {
    const world = planned({});
    world.scale(4);
    world.settle();
    expect(world.names('Pod')).toEqual(['j-master-0', 'j-worker-0', 'j-worker-1', 'j-worker-2', 'j-worker-3']);
    world.scale(1);
    world.settle();
    expect(world.names('Pod')).toEqual(['j-master-0', 'j-worker-0']);
  });

  test('the author’s own environment, labels and DNS settings stay', () => {
    const job = jobOf({ workers: 0 });
    const template = {
      metadata: { labels: { team: 'a' }, annotations: { note: 'b' } },
      spec: {
        containers: [{ name: 'pytorch', image: 'x', env: [{ name: 'A', value: '1' }] }],
        dnsConfig: { searches: ['corp'] },
      },
    };
    const world = new World({ ...job, spec: { pytorchReplicaSpecs: { Master: { template } } } });
    world.settle();
    expect(envOf(world, 'j-master-0').A).toBe('1');
    expect(specOf(world, 'j-master-0').dnsConfig?.searches).toEqual(['corp', 'j.ns.svc.cluster.local']);
    expect(child(world, 'Pod', 'j-master-0').metadata).toMatchObject({
      labels: { team: 'a' },
      annotations: { note: 'b' },
    });
  });
});
