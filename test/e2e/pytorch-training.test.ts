import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { POD } from '../../src/api/kinds.ts';
import { conditionOf } from '../../src/api/kube.ts';
import { pathOf } from '../support/api.ts';
import { armature, type Cluster, parseCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';
import { noContainers, testUnless } from '../support/test-unless.ts';
import { digitsShape, loadTrainingImage } from '../support/training-image.ts';

const NAME = 'armature-e2e';
const reason = noContainers();
const e2e = testUnless(reason);
const PATIENT = { timeoutMs: 180_000, everyMs: 500 };
const MINUTES = 60_000;

async function realCluster(): Promise<Cluster> {
  if (reason) return Promise.reject(new Error(reason));
  return parseCluster(await armature('cluster', 'up', '--name', NAME, '--nodes', 'real', '--json'));
}

describe('training on a real kubelet', () => {
  const platform = usePlatformWhen(reason === undefined);
  let image: string;

  beforeAll(async () => {
    if (!reason) image = await loadTrainingImage(platform.cluster);
  }, 10 * MINUTES);

  afterAll(async () => {
    if (!reason) await armature('cluster', 'down', '--name', NAME);
  }, 2 * MINUTES);

  e2e(
    'a Master and two Workers train a classifier of digits together',
    async () => {
      const namespace = await platform.namespace();
      const job = await JobUnderTest.create(
        platform.api,
        pytorchJob(namespace, 'digits', await digitsShape(platform.api, namespace, image)),
      );
      await job.condition('Succeeded', 'True', PATIENT);
      const log = await logOf(namespace, 'digits-master-0');
      expect(Number(/^accuracy=(\S+)$/m.exec(log)?.[1])).toBeGreaterThan(0.9);
      expect(log).toMatch(/rank=0 world=3/);
    },
    5 * MINUTES,
  );

  e2e(
    'a job is suspended mid-training and succeeds once resumed',
    async () => {
      const namespace = await platform.namespace();
      const shape = await digitsShape(platform.api, namespace, image, { EPOCHS: '6', PAUSE_SECONDS: '0.5' });
      const job = await JobUnderTest.create(platform.api, pytorchJob(namespace, 'digits', shape));
      await eventually(
        'the first epoch',
        async () => (await logOf(namespace, 'digits-master-0')).includes('epoch=1'),
        PATIENT,
      );
      await job.suspend(true);
      await job.condition('Suspended', 'True', PATIENT);
      await eventually('no pods', async () => (await platform.api.list(POD, namespace)).length === 0, PATIENT);
      await job.suspend(false);
      const done = await job.condition('Succeeded', 'True', PATIENT);
      expect(conditionOf(done, 'Suspended')?.status).toBe('False');
    },
    8 * MINUTES,
  );

  async function logOf(namespace: string, pod: string): Promise<string> {
    const answer = await platform.api.raw('GET', pathOf(POD, namespace, pod, 'log'));
    return answer.code === 200 ? answer.text : '';
  }
});

/** Nothing is set up where nothing can run: the tests are then skipped by name. */
function usePlatformWhen(possible: boolean): ReturnType<typeof usePlatform> {
  return possible ? usePlatform({ cluster: realCluster }) : ({} as ReturnType<typeof usePlatform>);
}
