import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CODES } from '../../../src/cli/check/codes.ts';

const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'check.md');

test('docs/check.md explains every code of armature check, and no other', () => {
  const rows = [...readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z-]+)` \| (error|warning) \| (.+) \| (.+) \|$/gm)];
  expect(Object.fromEntries(rows.map(([, code, level]) => [code, level]))).toEqual(CODES);
  for (const [, , , finds, mend] of rows) expect([finds, mend]).not.toContain('');
});
