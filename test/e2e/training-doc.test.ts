import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DocumentedPage } from '../support/documented.ts';

const MINUTES = 60_000;
const page = new DocumentedPage('training.md');

beforeAll(() => page.prepare(), 2 * MINUTES);
afterAll(() => page.remove(), MINUTES);

test(
  'docs/training.md leads from nothing to a distributed job that is killed, goes on from its checkpoint, and is done',
  async () => {
    page.save('images.yaml', page.blocks('1. A platform', 'yaml')[0]);
    const [up, first] = page.blocks('1. A platform', 'sh');
    await page.start(up).says(/the platform runs at/);
    expect(await page.type(first)).toContain('no training jobs in default');

    page.save('src/stacks/training.ts', page.blocks('3. A job in TypeScript', 'ts')[0]);
    const looked = await page.type(page.blocks('4. Look before you leap', 'sh')[0]);
    expect(looked).toContain('CHECKPOINT_DIR=/checkpoints/line');
    expect(looked).toContain('line-worker-1');

    const [submit, look] = page.blocks('5. Train', 'sh');
    const following = page.start(submit);
    await following.says(/\[0 master-0\] attempt 1, rank 0 of 3, begins after step 0/);
    const seen = await page.type(look);
    expect(seen).toMatch(/line +PyTorchJob +(Created|Running) +\d\/3/);
    expect(seen).toMatch(/0 +master-0 +Running/);
    expect(seen).toContain('SuccessfulCreatePod');

    await following.says(/progress step=4\d /);
    const [kill, told] = page.blocks('6. Kill it', 'sh');
    await page.type(kill);
    const [, resumed] = await following.says(/\[0 master-0\] attempt 2, rank 0 of 3, begins after step (\d+)/);
    expect(Number(resumed)).toBeGreaterThanOrEqual(40);
    expect(following.stderr).toMatch(/· Lost in attempt 1: rank 1: /);
    const got = await page.type(told);
    expect(got).toMatch(/attempt 1, rank 1: .*\(not counted\)/);

    const [stop, remove] = page.blocks('7. Stop and resume', 'sh');
    const finished = await page.type(stop);
    expect(finished).toMatch(/y = [23]\.\d\d x \+ [01]\.\d\d/);
    expect(finished).toContain('pytorchjob/line has succeeded');
    expect(await following.ended).toBe(0);
    const [, again] = /\[0 master-0\] attempt 3, rank 0 of 3, begins after step (\d+)/.exec(following.stdout) ?? [];
    expect(Number(again)).toBeGreaterThanOrEqual(Number(resumed));
    expect(await page.type(remove)).toContain('pytorchjob/line is deleted');
    expect(page.untyped()).toEqual([]);
  },
  10 * MINUTES,
);
