import { describe, expect } from '@jest/globals';
import { POD } from '../../src/api/kinds.ts';
import { conditionOf } from '../../src/api/kube.ts';
import { eventually } from '../support/eventually.ts';
import { podProcesses } from '../support/pod-processes.ts';
import { type JobShape, JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';
import { useRealPlatform } from '../support/real-platform.ts';
import { digitsShape } from '../support/training-image.ts';
import { accuracyOf, epochOf, podLog } from '../support/training-log.ts';

const PATIENT = { timeoutMs: 240_000, everyMs: 500 };
const MINUTES = 60_000;
/** Long enough to be disturbed in the middle. */
const LONG_RUN = { EPOCHS: '12', PAUSE_SECONDS: '0.5' };
const LOST = 'digits-worker-1';

const { platform, live, image } = useRealPlatform();

async function train(env: Record<string, string> = {}, edit: (shape: JobShape) => JobShape = (shape) => shape) {
  const namespace = await platform.namespace();
  const shape = edit(await digitsShape(platform.api, namespace, image(), env));
  return JobUnderTest.create(platform.api, pytorchJob(namespace, 'digits', shape));
}

/** Trains until the second epoch, with everybody on board; resolves to the UID of the Worker that is to be lost. */
async function midTraining(job: JobUnderTest): Promise<string> {
  await job.running(3, PATIENT);
  await epochOf(job, 2);
  return (await job.pod(LOST)).metadata.uid ?? '';
}

async function succeeds(job: JobUnderTest): Promise<void> {
  const done = await job.condition('Succeeded', 'True', PATIENT);
  expect(conditionOf(done, 'Failed')).toBeUndefined();
  expect(await accuracyOf(job)).toBeGreaterThan(0.9);
}

const replaced = (job: JobUnderTest, uid: string) =>
  eventually(
    'a new worker',
    async () => {
      const pod = await platform.api.get(POD, job.namespace, LOST);
      return pod !== undefined && pod.metadata.uid !== uid && pod;
    },
    PATIENT,
  );

describe('training on a real kubelet', () => {
  live(
    'a Master and two Workers train a classifier of digits together',
    async () => {
      const job = await train();
      await succeeds(job);
      expect(await podLog(platform.api, job.namespace, 'digits-master-0')).toMatch(/rank=0 world=3/);
    },
    5 * MINUTES,
  );

  live(
    'OnFailure: a Worker whose process is killed mid-training is started again in its pod, and the job succeeds',
    async () => {
      const job = await train(LONG_RUN);
      const uid = await midTraining(job);
      kill(podProcesses(uid, 'digits.py'));
      await succeeds(job);
      const pod = await job.pod(LOST);
      expect(pod.metadata.uid).toBe(uid);
      expect(pod.status.containerStatuses[0].restartCount).toBeGreaterThan(0);
    },
    8 * MINUTES,
  );

  live(
    'ExitCode: a Worker whose process is killed mid-training gets a new pod from the controller, and the job succeeds',
    async () => {
      const job = await train(LONG_RUN, (shape) => ({ ...shape, restartPolicy: 'ExitCode', ...retrying(shape) }));
      const uid = await midTraining(job);
      kill(podProcesses(uid, 'digits.py'));
      await replaced(job, uid);
      await succeeds(job);
      expect((await job.read()).status.replicaStatuses.Worker.restarts).toBe(1);
    },
    8 * MINUTES,
  );

  live(
    'a Worker that is deleted mid-training is replaced by the controller, and the job succeeds',
    async () => {
      const job = await train(LONG_RUN);
      const uid = await midTraining(job);
      await platform.api.delete(POD, job.namespace, LOST, { gracePeriodSeconds: 1 });
      await replaced(job, uid);
      await succeeds(job);
    },
    8 * MINUTES,
  );

  live(
    'a job is suspended mid-training and succeeds once resumed',
    async () => {
      const job = await train({ EPOCHS: '6', PAUSE_SECONDS: '0.5' });
      await epochOf(job, 1);
      await job.suspend(true);
      await job.condition('Suspended', 'True', PATIENT);
      await eventually('no pods', async () => (await platform.api.list(POD, job.namespace)).length === 0, PATIENT);
      await job.suspend(false);
      const done = await job.condition('Succeeded', 'True', PATIENT);
      expect(conditionOf(done, 'Suspended')?.status).toBe('False');
    },
    8 * MINUTES,
  );
});

/** The others' training fails with the lost one; as torchrun would, they begin again by themselves. */
function retrying(shape: JobShape): JobShape {
  const script = 'until python3 /script/digits.py; do sleep 1; done';
  return { container: { ...shape.container, command: ['sh', '-c', script] } };
}

function kill(pids: readonly number[]): void {
  if (pids.length === 0) throw new Error('no process of the pod was found on this machine');
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}
