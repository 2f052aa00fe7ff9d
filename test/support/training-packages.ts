import { ensureTrainingEnvironment } from '../../src/cli/python/training-environment.ts';
import { stderrLog } from '../../src/runtime/progress.ts';

/**
 * Why the JAX example cannot run on this machine, or nothing when it can: its packages are fetched now where they are not
 * cached yet. What is wrong otherwise is for the tests to find.
 */
export async function noTrainingPackages(): Promise<string | undefined> {
  try {
    await ensureTrainingEnvironment(stderrLog);
  } catch (error) {
    if (/Index cannot be reached/.test((error as Error).message))
      return 'no Python packages are cached, and the Python Package Index cannot be reached';
  }
  return undefined;
}
