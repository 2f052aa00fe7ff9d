import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { generatedFiles } from '../../../scripts/generate/files.ts';

const root = join(import.meta.dirname, '..', '..', '..');

test.each([...generatedFiles()])('%s is up to date (else: npm run generate)', (path, content) => {
  const absolute = join(root, path);
  expect(existsSync(absolute) ? readFileSync(absolute, 'utf8') : undefined).toBe(content);
});
