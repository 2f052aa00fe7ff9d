import { mkdirSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Emptied when a run of `npm test` begins and ends; what a test run by hand leaves stays until then. */
export const TEMPORARY = 'build/tmp';

/** A new folder for a test's own files. */
export function temporaryFolder(prefix: string): string {
  mkdirSync(TEMPORARY, { recursive: true });
  return mkdtempSync(join(resolve(TEMPORARY), `${prefix}-`));
}
