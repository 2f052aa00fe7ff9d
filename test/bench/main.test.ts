import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

test('the bench, which borrows from the tests, loads outside of jest, and says how it is used', () => {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stderr } = spawnSync(process.execPath, ['--no-warnings', 'bench/main.ts', 'unknown'], { env });
  expect({ status, said: stderr.toString() }).toEqual({
    status: 2,
    said: expect.stringMatching(/^usage: npm run bench -- training\|live/),
  });
});
