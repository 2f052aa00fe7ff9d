import { describe, expect, test } from '@jest/globals';
import { HORIZONTAL_POD_AUTOSCALER, JAX_JOB, SERVICE } from '../../src/api/kinds.ts';
import { conditionOf, type KubeObject } from '../../src/api/kube.ts';
import { pathOf } from '../support/api.ts';
import { eventually, settles, stays } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { environmentOf, JobUnderTest, jaxJob } from '../support/pytorch-job.ts';

const platform = usePlatform();

const create = async (shape: Parameters<typeof jaxJob>[2] = {}): Promise<JobUnderTest> =>
  JobUnderTest.create(platform.api, jaxJob(await platform.namespace(), 'j', shape));

async function refusal(job: KubeObject): Promise<string> {
  const answer = await platform.api.raw('POST', pathOf(JAX_JOB, job.metadata.namespace), job);
  expect({ code: answer.code, text: answer.text.slice(0, 300) }).toMatchObject({ code: 422 });
  return (JSON.parse(answer.text) as { message: string }).message;
}

describe('a JAXJob', () => {
  test('[training 11] three workers, one Service, and where each process stands', async () => {
    const job = await create({ worker: 3 });
    const pods = await job.running(3);
    const { uid } = (await job.read()).metadata;
    expect(pods.map((pod) => pod.metadata.name)).toEqual(['j-worker-0', 'j-worker-1', 'j-worker-2']);
    for (const [index, pod] of pods.entries()) {
      expect(environmentOf(pod)).toMatchObject({
        COORDINATOR_ADDRESS: 'j-worker-0',
        COORDINATOR_PORT: '6666',
        NUM_PROCESSES: '3',
        PROCESS_ID: String(index),
        PYTHONUNBUFFERED: '1',
      });
      expect(pod.metadata.labels).toMatchObject({
        'training.kubeflow.org/operator-name': 'jaxjob-controller',
        'training.kubeflow.org/replica-type': 'worker',
      });
      expect(pod.metadata.labels?.['training.kubeflow.org/job-role']).toBe(index === 0 ? 'master' : undefined);
      expect(pod.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'JAXJob', uid, controller: true });
      expect(pod.spec.restartPolicy).toBe('Never');
    }
    const services = await platform.api.list(SERVICE, job.namespace);
    expect(services.map(({ metadata, spec }) => [metadata.name, spec.clusterIP, spec.ports[0].port])).toEqual([
      ['j', 'None', 6666],
    ]);
  });

  test('[training 11] it runs with the first pod and has succeeded with the last; then its time to live runs out', async () => {
    const job = await create({ worker: 2, runPolicy: { ttlSecondsAfterFinished: 3, cleanPodPolicy: 'All' } });
    await job.running(2);
    const running = await job.condition('Running');
    expect(conditionOf(running, 'Running')).toMatchObject({
      reason: 'JAXJobRunning',
      message: `JAXJob ${job.namespace}/j is running.`,
    });
    await job.exit('j-worker-0', 0);
    await stays('a job with a running worker', async () => !conditionOf(await job.read(), 'Succeeded'), 1000);
    await job.exit('j-worker-1', 0);
    const done = await job.condition('Succeeded');
    expect(conditionOf(done, 'Succeeded')).toMatchObject({
      reason: 'JAXJobSucceeded',
      message: `JAXJob ${job.namespace}/j successfully completed.`,
    });
    await settles(async () => expect(await job.podNames()).toEqual([]));
    await job.gone();
    expect(
      await platform.counter('training_operator_jobs_successful_total', {
        framework: 'jax',
        job_namespace: job.namespace,
      }),
    ).toBe(1);
  });

  test('[training 13] a worker that ends with 1 fails the job, whose policy is Never by default', async () => {
    const job = await create();
    await job.running(2);
    await job.exit('j-worker-1', 1);
    const failed = await job.condition('Failed');
    expect(conditionOf(failed, 'Failed')?.message).toBe('JAXJob j is failed because 1 Worker replica(s) failed.');
  });

  test('[training 12] ExitCode: a signal brings the same worker back', async () => {
    const job = await create({ restartPolicy: 'ExitCode' });
    const [, before] = await job.running(2);
    await job.condition('Running');
    await job.exit('j-worker-1', 130);
    await eventually('a new worker', async () => {
      const pods = await job.pods();
      return pods.length === 2 && pods[1]?.metadata.uid !== before?.metadata.uid;
    });
    await job.running(2);
    await job.condition('Running');
  });

  test('[training 18] suspended at birth, resumed, and suspended again', async () => {
    const job = await create({ runPolicy: { suspend: true } });
    await job.condition('Suspended');
    expect(await job.podNames()).toEqual([]);
    await job.suspend(false);
    await job.running(2);
    const resumed = await job.condition('Suspended', 'False');
    expect(conditionOf(resumed, 'Suspended')?.reason).toBe('JAXJobResumed');
    await job.suspend(true);
    await job.condition('Suspended');
    await settles(async () => expect(await job.podNames()).toEqual([]));
    expect(await platform.api.list(SERVICE, job.namespace)).toEqual([]);
  });

  test('[training 23] pods follow the scale subresource, and no autoscaler is made', async () => {
    const job = await create({ worker: 1 });
    await job.running(1);
    const path = pathOf(JAX_JOB, job.namespace, 'j', 'scale');
    const scale = await eventually('the selector', async () => {
      const found = JSON.parse((await platform.api.raw('GET', path)).text);
      return found.status?.selector && found;
    });
    expect(scale.status.selector).toContain('training.kubeflow.org/operator-name=jaxjob-controller');
    const merge = 'application/merge-patch+json';
    expect((await platform.api.raw('PATCH', path, { spec: { replicas: 3 } }, merge)).code).toBe(200);
    await job.running(3);
    expect((await platform.api.raw('PATCH', path, { spec: { replicas: 2 } }, merge)).code).toBe(200);
    await settles(async () => expect(await job.podNames()).toEqual(['j-worker-0', 'j-worker-1']));
    expect(await platform.api.list(HORIZONTAL_POD_AUTOSCALER, job.namespace)).toEqual([]);
  });

  test('[training 19] managedBy is checked and fixed, and another’s job left alone', async () => {
    const job = await create({ runPolicy: { managedBy: 'kueue.x-k8s.io/multikueue' } });
    await stays(
      'an unmanaged job',
      async () => (await job.podNames()).length === 0 && (await job.read()).status === undefined,
      1500,
    );
    await expect(job.patch({ spec: { runPolicy: { managedBy: 'kubeflow.org/training-operator' } } })).rejects.toThrow(
      /422.*managedBy/s,
    );
    expect(await refusal(jaxJob(job.namespace, 'k', { runPolicy: { managedBy: 'someone/else' } }))).toContain(
      'managedBy',
    );
  });

  test('[training 20] what is missing is defaulted in memory, and the stored spec stays as sent', async () => {
    const bare = jaxJob(await platform.namespace(), 'j') as { spec: { jaxReplicaSpecs: { Worker: object } } };
    const { replicas: _, ...worker } = bare.spec.jaxReplicaSpecs.Worker as { replicas: number };
    bare.spec.jaxReplicaSpecs.Worker = worker;
    const job = await JobUnderTest.create(platform.api, bare as never);
    const [pod] = await job.running(1);
    expect(pod?.spec.containers[0].ports).toContainEqual(
      expect.objectContaining({ name: 'jaxjob-port', containerPort: 6666 }),
    );
    const { Worker } = (await job.condition('Running')).spec.jaxReplicaSpecs;
    expect([Worker.replicas, Worker.restartPolicy, Worker.template.spec.containers[0].ports]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('[training 21] a mistake is refused with the path of its field', async () => {
    const namespace = await platform.namespace();
    const path = 'spec.jaxReplicaSpecs';
    expect(await refusal(jaxJob(namespace, 'j', { container: { name: 'other' } }))).toMatch(
      /spec\.jaxReplicaSpecs.*name jax/s,
    );
    expect(await refusal(jaxJob(namespace, 'j', { container: { image: '' } }))).toMatch(
      /spec\.jaxReplicaSpecs.*image/s,
    );
    const master = jaxJob(namespace, 'j') as KubeObject & { spec: { jaxReplicaSpecs: Record<string, unknown> } };
    master.spec.jaxReplicaSpecs.Master = master.spec.jaxReplicaSpecs.Worker;
    expect(await refusal(master)).toContain(`${path} may only have the key Worker`);
    expect(await refusal(jaxJob(namespace, 'j', { worker: 0 }))).toContain(`${path}[Worker].replicas`);
    expect(await refusal(jaxJob(namespace, '1abc'))).toContain('metadata.name');
  });
});
