import { describe, expect, test } from '@jest/globals';
import { PLANTED_BUGS } from '../../src/embedded/simulation/planted-bugs.ts';
import { simulate } from './simulate.ts';

const MINUTES = 60_000;
/** A bug that takes more histories than this is not found by a budget that people can wait for. */
const MOST_HISTORIES = 1500;

describe('a bug put into the controller is found:', () => {
  test.each(PLANTED_BUGS.map(({ name, about }) => ({ name, about })))(
    '$name, $about',
    async ({ name }) => {
      const options = ['--seed', '1', '--histories', String(MOST_HISTORIES), '--plant', name, '--until-failure'];
      const { ok, histories } = await simulate(...options);
      process.stderr.write(`  ${name}: found in history ${histories}\n`);
      expect(ok).toBe(false);
    },
    10 * MINUTES,
  );
});
