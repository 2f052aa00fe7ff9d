import { describe, expect, test } from '@jest/globals';
import { HORIZONTAL_POD_AUTOSCALER, PYTORCH_JOB, SERVICE } from '../../src/api/kinds.ts';
import { pathOf } from '../support/api.ts';
import { eventually, settles } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { environmentOf, JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform();

describe('pods and Services of a PyTorchJob', () => {
  test('[training 1] a Master and two Workers become three pods behind one headless Service', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j'));
    const pods = await job.running(3);
    const { uid } = (await job.read()).metadata;

    expect(pods.map((pod) => pod.metadata.name)).toEqual(['j-master-0', 'j-worker-0', 'j-worker-1']);
    for (const pod of pods) {
      const [, role, index] = /^j-(\w+)-(\d)$/.exec(pod.metadata.name ?? '') ?? [];
      expect(pod.metadata.labels).toMatchObject({
        'training.kubeflow.org/operator-name': 'pytorchjob-controller',
        'training.kubeflow.org/job-name': 'j',
        'training.kubeflow.org/replica-type': role,
        'training.kubeflow.org/replica-index': index,
      });
      expect(pod.metadata.labels?.['training.kubeflow.org/job-role']).toBe(role === 'master' ? 'master' : undefined);
      expect(pod.metadata.ownerReferences).toEqual([
        {
          apiVersion: 'kubeflow.org/v1',
          kind: 'PyTorchJob',
          name: 'j',
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
      expect(pod.spec).toMatchObject({ hostname: pod.metadata.name, subdomain: 'j' });
      expect(pod.spec.dnsConfig.searches).toContain(`j.${namespace}.svc.cluster.local`);
      expect(pod.spec.containers[0].ports).toContainEqual({
        name: 'pytorchjob-port',
        containerPort: 23456,
        protocol: 'TCP',
      });
    }

    const services = await platform.api.list(SERVICE, namespace);
    expect(services.map((service) => service.metadata.name)).toEqual(['j']);
    expect(services[0]?.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    expect(services[0]?.spec.ports).toEqual([expect.objectContaining({ name: 'pytorchjob-port', port: 23456 })]);
    expect(services[0]?.metadata.ownerReferences?.[0]).toMatchObject({ uid, controller: true });
  });

  test('[training 2] every pod learns its place in the world', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j'));
    const environments = (await job.running(3)).map(environmentOf);
    for (const [rank, environment] of environments.entries())
      expect(environment).toMatchObject({
        MASTER_ADDR: 'j-master-0',
        MASTER_PORT: '23456',
        WORLD_SIZE: '3',
        RANK: String(rank),
        PET_MASTER_ADDR: 'j-master-0',
        PET_MASTER_PORT: '23456',
        PET_NNODES: '3',
        PET_NPROC_PER_NODE: 'auto',
        PET_NODE_RANK: String(rank),
        PYTHONUNBUFFERED: '1',
      });

    const two = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'two', { spec: { nprocPerNode: '2' } }));
    for (const pod of await two.running(3))
      expect(environmentOf(pod)).toMatchObject({ WORLD_SIZE: '6', PET_NPROC_PER_NODE: '2' });
  });

  test('[training 3] no init container polls DNS, and a job without Master names none', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j'));
    for (const pod of await job.running(3)) expect(pod.spec.initContainers).toBeUndefined();

    const flat = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'flat', { master: 0 }));
    for (const pod of await flat.running(2)) {
      expect(pod.spec.initContainers).toBeUndefined();
      expect(Object.keys(environmentOf(pod)).filter((name) => /MASTER|^RANK$/.test(name))).toEqual([]);
    }
  });

  test('[training 6] an elastic job gets its rendezvous, an autoscaler, and a scale subresource', async () => {
    const namespace = await platform.namespace();
    const metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ];
    const elasticPolicy = { minReplicas: 1, maxReplicas: 2, maxRestarts: 100, metrics };
    const job = await JobUnderTest.create(
      platform.api,
      pytorchJob(namespace, 'j', { master: 0, worker: 1, spec: { elasticPolicy } }),
    );
    const [pod] = await job.running(1);
    expect(environmentOf(pod!)).toMatchObject({
      PET_NNODES: '1:2',
      PET_RDZV_ENDPOINT: 'j-worker-0:23456',
      PET_RDZV_BACKEND: 'c10d',
      PET_MAX_RESTARTS: '100',
    });

    const autoscaler = () => platform.api.get(HORIZONTAL_POD_AUTOSCALER, namespace, 'j');
    const made = await eventually('the autoscaler', autoscaler);
    expect(made.spec).toMatchObject({
      minReplicas: 1,
      maxReplicas: 2,
      scaleTargetRef: { apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', name: 'j' },
      metrics,
    });

    const scalePath = pathOf(PYTORCH_JOB, namespace, 'j', 'scale');
    const scale = await eventually('the selector in the scale subresource', async () => {
      const found = JSON.parse((await platform.api.raw('GET', scalePath)).text);
      return found.status?.selector && found.status.replicas === 1 && found;
    });
    expect(scale.status.selector).toContain('training.kubeflow.org/replica-type=worker');
    const answer = await platform.api.raw(
      'PATCH',
      scalePath,
      { spec: { replicas: 2 } },
      'application/merge-patch+json',
    );
    expect(answer.code).toBe(200);
    await job.running(2);

    await job.patch({ spec: { elasticPolicy: { maxReplicas: 3 } } });
    await eventually('the autoscaler to follow', async () => (await autoscaler())?.spec.maxReplicas === 3);

    await job.suspend(true);
    await eventually('the autoscaler to be gone', async () => (await autoscaler()) === undefined);
  });

  test('[training 20] what is missing is defaulted in memory, and the stored spec stays as sent', async () => {
    const namespace = await platform.namespace();
    const bare = pytorchJob(namespace, 'j') as { spec: { pytorchReplicaSpecs: { Worker: { replicas?: number } } } };
    delete bare.spec.pytorchReplicaSpecs.Worker.replicas;
    const job = await JobUnderTest.create(platform.api, bare as never);
    const pods = await job.running(2);
    expect(pods[1]?.spec.restartPolicy).toBe('OnFailure');
    expect(pods[1]?.spec.containers[0].ports).toContainEqual(
      expect.objectContaining({ name: 'pytorchjob-port', containerPort: 23456 }),
    );

    await job.exit('j-master-0', 0);
    const done = await job.condition('Succeeded');
    expect(await job.podNames()).toHaveLength(2);
    const { Worker } = done.spec.pytorchReplicaSpecs;
    expect(Worker.replicas).toBeUndefined();
    expect(Worker.restartPolicy).toBeUndefined();
    expect(Worker.template.spec.containers[0].ports).toBeUndefined();
    expect(done.spec.runPolicy?.cleanPodPolicy).toBeUndefined();
  });

  test('[training 23] pods follow the number of Workers up and down, and indices stay', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j'));
    const before = await job.running(3);
    const scaleTo = (replicas: number) => job.patch({ spec: { pytorchReplicaSpecs: { Worker: { replicas } } } });

    await scaleTo(4);
    const more = await job.running(5);
    expect(more.map((pod) => pod.metadata.name)).toEqual([
      'j-master-0',
      'j-worker-0',
      'j-worker-1',
      'j-worker-2',
      'j-worker-3',
    ]);
    for (const pod of before) expect(more.find((other) => other.metadata.uid === pod.metadata.uid)).toBeDefined();

    await scaleTo(1);
    await settles(async () => expect(await job.podNames()).toEqual(['j-master-0', 'j-worker-0']));
    const left = await job.pods();
    expect(left.map((pod) => pod.metadata.uid)).toEqual(before.slice(0, 2).map((pod) => pod.metadata.uid));
  });
});
