import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DocumentedPage } from '../support/documented.ts';
import { kubeflowTraining } from '../support/kubeflow-training.ts';
import { noContainers, testUnless } from '../support/test-unless.ts';
import { noTrainingPackages } from '../support/training-packages.ts';

const MINUTES = 60_000;
const UP = /the platform runs (at|on)/;
const page = new DocumentedPage('local.md');

beforeAll(async () => {
  await page.prepare([dirname(await kubeflowTraining())]);
}, 20 * MINUTES);

afterAll(async () => {
  await page.leave();
  await page.shell('npm run --silent armature -- cluster down --name laptop').catch(() => {});
  await page.remove();
}, 5 * MINUTES);

const trains = testUnless(await noTrainingPackages());
const live = testUnless(noContainers());

describe('docs/local.md does what it says', () => {
  trains(
    'a first model',
    async () => {
      const [first, kept] = page.blocks('A first model', 'sh');
      expect(await page.type(first)).toMatch(/accuracy 0\.9\d+ on digits nobody trained on/);
      const keeping = page.start(kept);
      await keeping.says(UP);
      expect(keeping.said).toContain('export KUBECONFIG=');
      await page.leave();
    },
    10 * MINUTES,
  );

  test(
    'a job of your own, on the embedded platform, with kubectl and with the Python client',
    async () => {
      const own = 'A platform and a job of your own';
      page.save('src/stacks/first.ts', page.blocks(own, 'ts')[0]);
      expect(await page.type(page.blocks(own, 'sh')[0])).toContain('hello-worker-0');
      const embedded = 'On the embedded platform';
      page.save('images.yaml', page.blocks(embedded, 'yaml')[0]);
      page.save('ask.py', page.blocks(embedded, 'python')[0]);
      const [up, kubectl, python] = page.blocks(embedded, 'sh');
      await page.start(up).says(UP);
      expect(await page.type(kubectl)).toMatch(/rank 0 of 2 meets at hello-master-0/);
      const asked = await page.type(python);
      expect(asked).toContain("['hello']");
      expect(asked).toMatch(/rank 0 of 2 meets at hello-master-0/);
      await page.leave();
    },
    5 * MINUTES,
  );

  live(
    'the same file on a Kubernetes on this machine, and by context',
    async () => {
      const [install, quickstart] = page.blocks('On a Kubernetes on this machine', 'sh');
      expect(await page.type(install)).toMatch(/rank 0 of 2 meets at hello-master-0/);
      const [byContext, down] = page.blocks('On your cluster', 'sh');
      expect(await page.type(byContext)).toMatch(/installed \d+ objects/);
      await page.type(down);
      expect(await page.type(quickstart)).toMatch(/accuracy 0\.9\d+ on digits nobody trained on/);
      expect(page.untyped()).toEqual([]);
    },
    20 * MINUTES,
  );
});
