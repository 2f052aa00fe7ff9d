import { describe, expect, test } from '@jest/globals';
import { POD, SERVICE } from '../../src/api/kinds.ts';
import { conditionOf } from '../../src/api/kube.ts';
import { eventually, settles, stays } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { environmentOf, JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform();

describe('how a PyTorchJob ends', () => {
  test('[training 4] a running Master makes it Running, a finished one Succeeded', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j'));
    await job.running(3);
    const running = await job.condition('Running');
    expect(conditionOf(running, 'Created')).toMatchObject({
      status: 'True',
      reason: 'PyTorchJobCreated',
      message: 'PyTorchJob j is created.',
    });
    expect(conditionOf(running, 'Running')).toMatchObject({
      reason: 'PyTorchJobRunning',
      message: 'PyTorchJob j is running.',
    });
    await settles(async () =>
      expect((await job.read()).status.replicaStatuses).toMatchObject({ Master: { active: 1 }, Worker: { active: 2 } }),
    );

    await job.exit('j-master-0', 0);
    const done = await job.condition('Succeeded');
    expect(conditionOf(done, 'Succeeded')).toMatchObject({
      reason: 'PyTorchJobSucceeded',
      message: 'PyTorchJob j is successfully completed.',
    });
    expect(conditionOf(done, 'Running')?.status).toBe('False');
    expect(done.status.completionTime).toBeDefined();
    expect(done.status.replicaStatuses.Master).toMatchObject({ succeeded: 1 });
    expect(done.status.replicaStatuses.Worker).toMatchObject({ succeeded: 2 });
    expect(done.status.replicaStatuses.Worker.active ?? 0).toBe(0);
  });

  test('[training 5] without a Master all Workers must finish, with elasticPolicy any one', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j', { master: 0 }));
    await job.running(2);
    await job.exit('j-worker-0', 0);
    await stays(
      'a job with a running worker',
      async () => conditionOf(await job.read(), 'Succeeded') === undefined,
      1000,
    );
    await job.exit('j-worker-1', 0);
    const done = await job.condition('Succeeded');
    expect(conditionOf(done, 'Succeeded')?.message).toBe(`PyTorchJob ${namespace}/j successfully completed.`);

    const elastic = await JobUnderTest.create(
      platform.api,
      pytorchJob(namespace, 'e', { master: 0, spec: { elasticPolicy: { minReplicas: 1, maxReplicas: 2 } } }),
    );
    await elastic.running(2);
    await elastic.exit('e-worker-1', 0);
    await elastic.condition('Succeeded');
  });

  test('[training 12] ExitCode: a retryable code starts the pod anew, a permanent one fails the job', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j', { restartPolicy: 'ExitCode' }));
    const before = await job.running(3);
    await job.condition('Running');
    const count = await restarted(namespace);
    await job.exit('j-worker-0', 130);
    // Until all pods run again: Running takes its place.
    const restarting = await job.condition('Restarting');
    expect(conditionOf(restarting, 'Restarting')?.reason).toBe('PyTorchJobRestarting');
    await eventually('a new pod of the same name', async () => {
      const pod = await platform.api.get(POD, namespace, 'j-worker-0');
      return pod !== undefined && pod.metadata.uid !== before[1]?.metadata.uid;
    });
    await eventually('the restart counter', async () => (await restarted(namespace)) === count + 1);
    await job.running(3);
    expect(await eventsOf(namespace, 'PyTorchJobRestarting')).toBeGreaterThan(0);

    await job.exit('j-worker-1', 1);
    const failed = await job.condition('Failed');
    expect(conditionOf(failed, 'Failed')?.reason).toBe('PyTorchJobFailed');
    expect(failed.status.completionTime).toBeDefined();
  });

  test('[training 13] Never: one failed Worker fails the job and is named', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j', { restartPolicy: 'Never' }));
    await job.running(3);
    await job.exit('j-worker-1', 1);
    const failed = await job.condition('Failed');
    expect(conditionOf(failed, 'Failed')?.message).toBe('PyTorchJob j is failed because 1 Worker replica(s) failed.');
  });

  test('[training 14] OnFailure: restarts beyond backoffLimit fail the job, and its pods stay', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(
      platform.api,
      pytorchJob(namespace, 'j', {
        restartPolicy: 'OnFailure',
        runPolicy: { backoffLimit: 2, cleanPodPolicy: 'None' },
      }),
    );
    await job.running(3);
    await job.restarts('j-worker-0', 1);
    await stays('a job below its limit', async () => conditionOf(await job.read(), 'Failed') === undefined, 700);
    await job.restarts('j-worker-0', 2);
    const failed = await job.condition('Failed');
    expect(conditionOf(failed, 'Failed')?.message).toBe(
      'Job j has failed because it has reached the specified backoff limit',
    );
    expect(failed.status.completionTime).toBeDefined();
    await stays('a failed job with cleanPodPolicy None', async () => (await job.podNames()).length === 3, 700);
  });

  test('[training 15] an evicted pod is made again with the same index and environment', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j', { restartPolicy: 'OnFailure' }));
    const before = (await job.running(3))[2]!;
    await job.evict('j-worker-1');
    const after = await eventually('the replacement', async () => {
      const pod = await platform.api.get(POD, namespace, 'j-worker-1');
      return pod !== undefined && pod.metadata.uid !== before.metadata.uid && pod;
    });
    expect(environmentOf(after)).toEqual({
      ...environmentOf(before),
      ARMATURE_ATTEMPT: '2',
      TORCHELASTIC_RESTART_COUNT: '1',
    });
    expect(after.metadata.labels).toEqual(before.metadata.labels);
    await job.running(3);
  });

  test('[training 16] the deadline counts from startTime, fires by itself, and starts again on resume', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(
      platform.api,
      pytorchJob(namespace, 'j', { runPolicy: { activeDeadlineSeconds: 4 } }),
    );
    await job.running(3);
    await job.condition('Running');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await job.suspend(true);
    await job.condition('Suspended');
    await job.suspend(false);
    const resumed = await job.condition('Suspended', 'False');
    const failed = await job.condition('Failed', 'True', { timeoutMs: 15_000 });
    expect(conditionOf(failed, 'Failed')?.message).toBe(
      'Job j has failed because it was active longer than specified deadline',
    );
    expect(failed.status.startTime).toBe(resumed.status.startTime);
    const after =
      Date.parse(conditionOf(failed, 'Failed')?.lastTransitionTime ?? '') - Date.parse(resumed.status.startTime);
    expect(after).toBeGreaterThanOrEqual(4000);
    expect(after).toBeLessThanOrEqual(7000);
  });

  test.each([
    ['None', ['j-master-0', 'j-worker-0', 'j-worker-1']],
    ['Running', ['j-master-0']],
    ['All', []],
  ])('[training 17] cleanPodPolicy %s decides which pods stay', async (cleanPodPolicy, expected) => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j', { runPolicy: { cleanPodPolicy } }));
    await job.running(3);
    await job.exit('j-master-0', 0);
    await job.condition('Succeeded');
    await settles(async () => expect(await job.podNames()).toEqual(expected));
    await stays('what is left', async () => (await job.podNames()).length === expected.length, 500);
    if (cleanPodPolicy === 'All')
      await eventually('no Service', async () => (await platform.api.list(SERVICE, namespace)).length === 0);
  });

  test('[training 17] a finished job is gone after its time to live, and its dependents with it', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(
      platform.api,
      pytorchJob(namespace, 'j', { runPolicy: { ttlSecondsAfterFinished: 3 } }),
    );
    await job.running(3);
    await job.exit('j-master-0', 0);
    await job.condition('Succeeded');
    await stays('a job within its time to live', async () => (await job.read()) !== undefined, 1500);
    await job.gone({ timeoutMs: 10_000 });
    await eventually(
      'no dependents',
      async () => (await job.podNames()).length === 0 && (await platform.api.list(SERVICE, namespace)).length === 0,
      { timeoutMs: 30_000 },
    );
  });

  test('[training 18] suspend takes everything away and resume brings it back', async () => {
    const namespace = await platform.namespace();
    const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'j', { runPolicy: { suspend: true } }));
    const suspended = await job.condition('Suspended');
    expect(conditionOf(suspended, 'Created')?.status).toBe('True');
    expect(conditionOf(suspended, 'Suspended')).toMatchObject({
      reason: 'PyTorchJobSuspended',
      message: 'PyTorchJob j is suspended.',
    });
    const nothing = async () =>
      (await job.podNames()).length === 0 && (await platform.api.list(SERVICE, namespace)).length === 0;
    await stays('a suspended job', nothing, 700);

    await job.suspend(false);
    await job.running(3);
    const resumed = await job.condition('Running');
    expect(conditionOf(resumed, 'Suspended')).toMatchObject({
      status: 'False',
      reason: 'PyTorchJobResumed',
      message: 'PyTorchJob j is resumed.',
    });
    expect(resumed.status.startTime).toBeDefined();

    await job.suspend(true);
    const again = await job.condition('Suspended');
    expect(conditionOf(again, 'Running')?.status).toBe('False');
    await eventually('nothing to be left', nothing);
    await settles(async () => {
      const { replicaStatuses } = (await job.read()).status;
      for (const status of Object.values(replicaStatuses ?? {}) as { active?: number }[])
        expect(status.active ?? 0).toBe(0);
    });
  });
});

async function restarted(namespace: string): Promise<number> {
  return platform.counter('training_operator_jobs_restarted_total', { job_namespace: namespace, framework: 'pytorch' });
}

async function eventsOf(namespace: string, reason: string): Promise<number> {
  const answer = JSON.parse((await platform.api.raw('GET', `/api/v1/namespaces/${namespace}/events`)).text) as {
    items: { reason: string }[];
  };
  return answer.items.filter((event) => event.reason === reason).length;
}
