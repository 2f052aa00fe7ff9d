import { describe, expect, test } from '@jest/globals';
import { EVENT, PERSISTENT_VOLUME_CLAIM, POD } from '../../src/api/kinds.ts';
import type { Loose } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { environmentOf, JobUnderTest, jaxJob, pytorchJob } from '../support/pytorch-job.ts';

const platform = usePlatform();

interface Told {
  readonly reason: string;
  readonly note: string;
}

const WHOLE = { restartPolicy: 'OnFailure', runPolicy: { restartScope: 'Job', backoffLimit: 1 } };

const create = async (shape: object, make = pytorchJob) =>
  JobUnderTest.create(platform.api, make(await platform.namespace(), 'j', shape));

/** The pods of an attempt, all of them running. */
const attempt = (job: JobUnderTest, number: number, count: number): Promise<Loose[]> =>
  eventually(`attempt ${number}`, async () => {
    const pods = await job.pods();
    const mine = pods.filter(({ metadata }) => metadata.labels?.['armature.dev/attempt'] === String(number));
    return mine.length === count && mine.every(({ status }) => status.phase === 'Running') && mine;
  });

describe('a job that restarts as a whole', () => {
  test('[training 12] gets all pods anew when one fails, counts that once, says why, and fails at its limit', async () => {
    const job = await create(WHOLE);
    const before = (await attempt(job, 1, 3)).map(({ metadata }) => metadata.uid);
    await job.condition('Running');
    await job.exit('j-worker-1', 139);
    const after = await attempt(job, 2, 3);
    expect(after.some(({ metadata }) => before.includes(metadata.uid))).toBe(false);
    for (const pod of after) expect(environmentOf(pod).ARMATURE_ATTEMPT).toBe('2');
    const { status } = await job.condition('Running');
    expect(status.attempt).toEqual({ number: 2, failures: 1 });
    expect(status.lastFailures).toMatchObject([{ pod: 'j-worker-1', rank: 2, exitCode: 139, signal: 'SIGSEGV' }]);
    const notes = await eventually('the event', async () => {
      const events = (await platform.api.list(EVENT, job.namespace)) as unknown as readonly Told[];
      const found = events.filter(({ reason }) => reason === 'RankFailed');
      return found.length > 0 && found.map(({ note }) => note);
    });
    expect(notes[0]).toContain('rank 2 (pod j-worker-1');
    await job.exit('j-master-0', 1);
    const failed = await job.condition('Failed');
    expect(failed.status.attempt).toEqual({ number: 2, failures: 1 });
    expect(failed.status.lastFailures).toHaveLength(2);
  });

  test('[training 15] a pod that is deleted takes the others with it, at no cost', async () => {
    const job = await create({ ...WHOLE, runPolicy: { restartScope: 'Job', backoffLimit: 0 } }, jaxJob);
    await attempt(job, 1, 2);
    await job.condition('Running');
    await platform.api.delete(POD, job.namespace, 'j-worker-0', { gracePeriodSeconds: 0 });
    await attempt(job, 2, 2);
    expect((await job.condition('Running')).status.attempt).toEqual({ number: 2 });
  });

  test('its scope cannot be changed', async () => {
    const job = await create(WHOLE);
    await expect(job.patch({ spec: { runPolicy: { restartScope: 'Pod' } } })).rejects.toThrow(
      'restartScope is immutable',
    );
  });
});

describe('the place for checkpoints', () => {
  test('[training 18] is a claim that the job owns, kept over suspension and deleted with the job', async () => {
    const job = await create({ runPolicy: { checkpoint: { claim: { size: '1Mi' } } } });
    const claimOf = () => platform.api.get(PERSISTENT_VOLUME_CLAIM, job.namespace, 'j-checkpoints');
    const claim = await eventually('the claim', claimOf);
    const pods = await eventually('three pods', async () => (await job.pods()).length === 3 && (await job.pods()));
    for (const pod of pods) expect(environmentOf(pod).CHECKPOINT_DIR).toBe('/checkpoints/j');
    await job.suspend(true);
    await job.condition('Suspended');
    await eventually('no pods', async () => (await job.podNames()).length === 0);
    expect((await claimOf())?.metadata).toMatchObject({ uid: claim.metadata.uid });
    expect((await claimOf())?.metadata.deletionTimestamp).toBeUndefined();
    await platform.api.delete(job.kind, job.namespace, 'j');
    await eventually('the claim to be gone', async () => (await claimOf()) === undefined, { timeoutMs: 60_000 });
  });

  test.each([
    [{}, 'needs one place'],
    [{ claimName: 'a', uri: 's3://b' }, 'needs one place'],
    [{ uri: 'bucket' }, 'must name a store and a bucket'],
    [{ claimName: 'a', path: 'x' }, 'path must be absolute'],
    [{ claimName: 'a', resume: 'maybe' }, 'must be one of auto, never'],
    [{ claim: { size: '1Gi', accessMode: 'ReadOnlyMany' } }, 'must be one of ReadWriteMany'],
  ])('is refused as %j', async (checkpoint, message) => {
    await expect(create({ runPolicy: { checkpoint } })).rejects.toThrow(message);
  });
});
