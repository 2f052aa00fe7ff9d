import { describe, expect, test } from '@jest/globals';
import { HORIZONTAL_POD_AUTOSCALER, PADDLE_JOB, SERVICE, TF_JOB, XGBOOST_JOB } from '../../src/api/kinds.ts';
import { conditionOf, type Kind, type KubeObject } from '../../src/api/kube.ts';
import { pathOf } from '../support/api.ts';
import { eventually, settles } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { environmentOf, JobUnderTest, jobWith } from '../support/pytorch-job.ts';

const platform = usePlatform();
const TO_THE_END = { runPolicy: { ttlSecondsAfterFinished: 3, cleanPodPolicy: 'All' } };

async function create(...[kind, counts, shape]: [Parameters<typeof jobWith>[0], Record<string, number>, object?]) {
  return JobUnderTest.create(
    platform.api,
    jobWith(kind, { namespace: await platform.namespace(), name: 'j' }, counts, shape),
  );
}

async function refusal(kind: Kind, job: KubeObject): Promise<string> {
  const answer = await platform.api.raw('POST', pathOf(kind, job.metadata.namespace), job);
  expect({ code: answer.code, text: answer.text.slice(0, 300) }).toMatchObject({ code: 422 });
  return (JSON.parse(answer.text) as { message: string }).message;
}

/** The job's pods go, then the job itself, and the counters say so. */
async function ends(job: JobUnderTest, framework: string): Promise<void> {
  await settles(async () => expect(await job.podNames()).toEqual([]));
  await job.gone();
  const labels = { framework, job_namespace: job.namespace };
  expect(await platform.counter('training_operator_jobs_successful_total', labels)).toBe(1);
}

describe('a TFJob', () => {
  test('[training 7] TF_CONFIG of each pod; the Chief ends it, and its time to live runs out', async () => {
    const job = await create('TFJob', { Chief: 1, PS: 1, Worker: 2 }, TO_THE_END);
    const pods = await job.running(4);
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(['j-chief-0', 'j-ps-0', 'j-worker-0', 'j-worker-1']);
    const host = (pod: string) => `${pod}.j.${job.namespace}.svc:2222`;
    for (const [at, type, index] of [
      [0, 'chief', 0],
      [3, 'worker', 1],
    ] as const) {
      expect(JSON.parse(environmentOf(pods[at]!).TF_CONFIG ?? '')).toEqual({
        cluster: { chief: [host('j-chief-0')], ps: [host('j-ps-0')], worker: [host('j-worker-0'), host('j-worker-1')] },
        task: { type, index },
        environment: 'cloud',
      });
    }
    const services = await platform.api.list(SERVICE, job.namespace);
    expect(services.map(({ metadata, spec }) => [metadata.name, spec.ports[0].port])).toEqual([['j', 2222]]);
    await job.condition('Running');
    await job.exit('j-chief-0', 0);
    const done = await job.condition('Succeeded');
    expect(conditionOf(done, 'Succeeded')?.message).toBe(`TFJob ${job.namespace}/j successfully completed.`);
    await ends(job, 'tensorflow');
  });

  test('[training 8] without a Chief worker 0 ends it; a Chief beside a Master is refused', async () => {
    const job = await create('TFJob', { Worker: 2 });
    await job.running(2);
    await job.exit('j-worker-0', 0);
    await job.condition('Succeeded');
    const place = { namespace: job.namespace, name: 'k' };
    expect(await refusal(TF_JOB, jobWith('TFJob', place, { Chief: 1, Master: 1 }))).toContain('Chief and Master');
  });

  test('[training 20] a key in lower case is taken', async () => {
    const job = await create('TFJob', { worker: 1 });
    const [pod] = await job.running(1);
    expect(pod?.metadata.name).toBe('j-worker-0');
    expect(environmentOf(pod!).TF_CONFIG).toBeUndefined();
    expect(Object.keys((await job.condition('Running')).spec.tfReplicaSpecs)).toEqual(['worker']);
  });
});

describe('an XGBoostJob', () => {
  test('[training 9] what each rank is told; the Master ends it, and its time to live runs out', async () => {
    const job = await create('XGBoostJob', { Master: 1, Worker: 2 }, TO_THE_END);
    const pods = await job.running(3);
    for (const [rank, pod] of pods.entries()) {
      expect(environmentOf(pod)).toMatchObject({
        MASTER_ADDR: 'j-master-0',
        MASTER_PORT: '9999',
        RANK: String(rank),
        WORLD_SIZE: '3',
        WORKER_ADDRS: 'j-worker-0,j-worker-1',
        WORKER_PORT: '9999',
      });
    }
    await job.condition('Running');
    await job.exit('j-master-0', 0);
    const done = await job.condition('Succeeded');
    expect(conditionOf(done, 'Succeeded')?.message).toBe('XGBoostJob j is successfully completed.');
    await ends(job, 'xgboost');
  });

  test('[training 9] without a Master it is refused', async () => {
    const place = { namespace: await platform.namespace(), name: 'j' };
    expect(await refusal(XGBOOST_JOB, jobWith('XGBoostJob', place, { Worker: 2 }))).toContain('[Master] is required');
  });
});

describe('a PaddleJob', () => {
  test('[training 10] workers alone meet at worker 0; the last ends it, and its time to live runs out', async () => {
    const job = await create('PaddleJob', { Worker: 2 }, TO_THE_END);
    const [first, second] = await job.running(2);
    expect(environmentOf(first!)).toMatchObject({ PADDLE_MASTER: '$(POD_IP_DUMMY):36543', PADDLE_NNODES: '2' });
    expect(environmentOf(second!)).toMatchObject({ PADDLE_MASTER: 'j-worker-0:36543', PADDLE_JOB_ID: 'j' });
    await job.exit('j-worker-0', 0);
    await job.exit('j-worker-1', 0);
    const done = await job.condition('Succeeded');
    expect(conditionOf(done, 'Succeeded')?.message).toBe(`PaddleJob ${job.namespace}/j successfully completed.`);
    await ends(job, 'paddle');
  });

  test('[training 10] a Master makes servers and trainers of them', async () => {
    const job = await create('PaddleJob', { Master: 1, Worker: 1 });
    const [server, trainer] = await job.running(2);
    expect(environmentOf(server!)).toMatchObject({ PADDLE_SERVER_NUM: '1', PADDLE_NNODES: '2' });
    expect(environmentOf(trainer!)).toMatchObject({ PADDLE_TRAINER_NUM: '1', PADDLE_MASTER: 'j-master-0:36543' });
  });

  test('[training 23] it scales, and an elastic one with metrics is scaled by an autoscaler', async () => {
    const target = { type: 'Utilization', averageUtilization: 80 };
    const metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
    const elasticPolicy = { minReplicas: 1, maxReplicas: 3, metrics };
    const job = await create('PaddleJob', { Worker: 1 }, { spec: { elasticPolicy } });
    await job.running(1);
    const autoscalers = await platform.api.list(HORIZONTAL_POD_AUTOSCALER, job.namespace);
    expect(autoscalers.map(({ metadata, spec }) => [metadata.name, spec.scaleTargetRef.kind])).toEqual([
      ['j', 'PaddleJob'],
    ]);
    const path = pathOf(PADDLE_JOB, job.namespace, 'j', 'scale');
    await eventually(
      'the selector',
      async () => JSON.parse((await platform.api.raw('GET', path)).text).status?.selector,
    );
    const merge = 'application/merge-patch+json';
    expect((await platform.api.raw('PATCH', path, { spec: { replicas: 3 } }, merge)).code).toBe(200);
    await job.running(3);
  });
});
