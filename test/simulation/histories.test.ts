import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { simulate } from './simulate.ts';

/** Fresh ones in each run: `ARMATURE_SIMULATED_HISTORIES` plays more of them. */
const HISTORIES = Number(process.env.ARMATURE_SIMULATED_HISTORIES ?? 2000);
/** With JobSets; several Jobs each, and slower. */
const SETS = Math.ceil(HISTORIES / 25);
const STEPS = 48;
/** Changes of the store in an average history of so many steps. */
const EVENTS = 500;
const MINUTES = 60_000;
const FAILED_ONCE = JSON.parse(readFileSync(new URL('./failed-seeds.json', import.meta.url), 'utf8')) as number[];

describe('the controller in simulated histories', () => {
  test(
    `keeps every invariant in ${HISTORIES} fresh ones, and comes right when faults stop`,
    async () => {
      const summary = await simulate('--histories', String(HISTORIES), '--steps', String(STEPS));
      process.stderr.write(`  ${summary.histories} histories from seed ${summary.seed}, ${summary.events} events\n`);
      expect(summary).toMatchObject({ ok: true, histories: HISTORIES, failed: [] });
      expect(summary.events / HISTORIES).toBeGreaterThan(EVENTS);
    },
    20 * MINUTES,
  );

  test(
    `keeps them with JobSets, whose Jobs the cluster's own controller runs, in ${SETS} fresh ones`,
    async () => {
      const summary = await simulate('--subject', 'sets', '--histories', String(SETS), '--steps', String(STEPS));
      process.stderr.write(`  ${summary.histories} histories from seed ${summary.seed}, ${summary.events} events\n`);
      expect(summary).toMatchObject({ ok: true, histories: SETS, failed: [] });
    },
    20 * MINUTES,
  );

  test.each(FAILED_ONCE)(
    'keeps them in seed %d, which failed once',
    async (seed) => {
      expect(await simulate('--seed', String(seed))).toMatchObject({ ok: true });
    },
    2 * MINUTES,
  );

  test('is the same in every detail when a seed is played again', async () => {
    const [first, again] = [await simulate('--seed', '77'), await simulate('--seed', '77')];
    expect(first).toEqual(again);
    const sets = ['--subject', 'sets', '--seed', '77'];
    expect(await simulate(...sets)).toEqual(await simulate(...sets));
  });
});
