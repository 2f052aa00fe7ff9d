import { describe, expect } from '@jest/globals';
import { PERSISTENT_VOLUME_CLAIM } from '../../src/api/kinds.ts';
import { checkpointShape, resumedAfter, trained } from '../support/checkpoint-job.ts';
import { eventually } from '../support/eventually.ts';
import { podProcesses } from '../support/pod-processes.ts';
import { type JobShape, JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';
import { useRealPlatform } from '../support/real-platform.ts';
import { accuracyOf } from '../support/training-log.ts';

const PATIENT = { timeoutMs: 240_000, everyMs: 100 };
const MINUTES = 60_000;
/** Long enough to be disturbed in the middle, on a busy machine too. */
const EPOCHS = 40;

const { platform, live, image } = useRealPlatform();

async function train(edit: (shape: JobShape) => JobShape): Promise<JobUnderTest> {
  const namespace = await platform.namespace();
  const shape = edit(await checkpointShape(platform.api, namespace, image(), EPOCHS));
  return JobUnderTest.create(platform.api, pytorchJob(namespace, 'digits', shape));
}

const alone = (shape: JobShape): JobShape => ({ ...shape, worker: 0 });
const scoped =
  (restartScope: string) =>
  (shape: JobShape): JobShape => ({ ...shape, runPolicy: { ...shape.runPolicy, restartScope } });

async function kill(job: JobUnderTest, pod: string): Promise<number> {
  const { metadata } = await job.pod(pod);
  const pids = podProcesses(metadata.uid ?? '', 'train.py');
  if (pids.length === 0) throw new Error(`no process of ${pod} was found on this machine`);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return Date.now();
}

/** Waits until every pod of the job is another one than before, and runs; resolves to when that was. */
const replaced = (job: JobUnderTest, before: readonly (string | undefined)[]) =>
  eventually(
    'new pods that run',
    async () => {
      const pods = await job.pods();
      const fresh = pods.filter(({ metadata, status }) => status.phase === 'Running' && !before.includes(metadata.uid));
      return fresh.length === before.length && Date.now();
    },
    PATIENT,
  );

const uidsOf = async (job: JobUnderTest) => (await job.pods()).map(({ metadata }) => metadata.uid);
const say = (what: string, since: number, until: number) =>
  process.stderr.write(`  ${what}: running again ${((until - since) / 1000).toFixed(1)} s after the kill\n`);

async function succeeds(job: JobUnderTest) {
  const done = await job.condition('Succeeded', 'True', PATIENT);
  expect(await accuracyOf(job)).toBeGreaterThan(0.9);
  return done.status;
}

describe('a training job with a checkpoint, on a real kubelet', () => {
  live(
    'goes on in a new pod after it was killed, and again after it was suspended, and its claim goes with it',
    async () => {
      const job = await train(alone);
      await trained(job, 1, 3);
      const before = await uidsOf(job);
      const killedAt = await kill(job, 'digits-master-0');
      say('a job of one pod', killedAt, await replaced(job, before));
      await trained(job, 2, 5);
      expect(await resumedAfter(job, 'digits-master-0', 2)).toBeGreaterThanOrEqual(3);

      await job.suspend(true);
      await job.condition('Suspended', 'True', PATIENT);
      await eventually('no pods', async () => (await job.podNames()).length === 0, PATIENT);
      await job.suspend(false);
      await trained(job, 3, 6);
      expect(await resumedAfter(job, 'digits-master-0', 3)).toBeGreaterThanOrEqual(5);
      await succeeds(job);

      const claim = () => platform.api.get(PERSISTENT_VOLUME_CLAIM, job.namespace, 'digits-checkpoints');
      expect((await claim())?.metadata.deletionTimestamp).toBeUndefined();
      await platform.api.delete(job.kind, job.namespace, job.name);
      await eventually('the claim to be gone', async () => (await claim()) === undefined, PATIENT);
    },
    8 * MINUTES,
  );

  live(
    'on three pods restarts as a whole when one of them is killed, and every rank goes on from the same epoch',
    async () => {
      const job = await train(scoped('Job'));
      await trained(job, 1, 3);
      const before = await uidsOf(job);
      const killedAt = await kill(job, 'digits-worker-1');
      say('a job of three pods that restarts as a whole', killedAt, await replaced(job, before));
      await trained(job, 2, 5);
      const ranks = ['digits-master-0', 'digits-worker-0', 'digits-worker-1'];
      const epochs = await Promise.all(ranks.map((pod) => resumedAfter(job, pod, 2)));
      expect(new Set(epochs).size).toBe(1);
      expect(epochs[0]).toBeGreaterThanOrEqual(3);

      const { attempt, lastFailures } = await succeeds(job);
      expect(attempt).toEqual({ number: 2, failures: 1 });
      expect(lastFailures).toMatchObject([{ pod: 'digits-worker-1', rank: 2, exitCode: 137, signal: 'SIGKILL' }]);
      expect(lastFailures[0].log).toContain('attempt=1 rank=2 begins');
    },
    8 * MINUTES,
  );

  live(
    'is started again within its pod where the scope is Container: same pod, next checkpoint',
    async () => {
      const job = await train((shape) => scoped('Container')(alone(shape)));
      await trained(job, 1, 3);
      const [uid] = await uidsOf(job);
      await kill(job, 'digits-master-0');
      await eventually(
        'the container to run again',
        async () => {
          const { metadata, status } = await job.pod('digits-master-0');
          return metadata.uid === uid && status.containerStatuses?.[0]?.restartCount === 1;
        },
        PATIENT,
      );
      await succeeds(job);
      expect(await uidsOf(job)).toEqual([uid]);
      expect(await resumedAfter(job, 'digits-master-0', 1)).toBeGreaterThanOrEqual(3);
    },
    8 * MINUTES,
  );
});
