import { join } from 'node:path';

/** Version of the package, which is also the tag of every image built here. */
export { VERSION } from '../../src/runtime/version.ts';

/** The checkout's folder. */
export const ROOT = join(import.meta.dirname, '..', '..');
