import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Log } from '../../runtime/progress.ts';
import { ensurePythonEnvironment, type PythonEnvironment } from './environment.ts';

/** The image that the environment stands for where pods are processes; any tag. */
export const TRAINING_IMAGE = 'armature-training-jax';

const FOLDER = 'images/training-jax';

/**
 * What the JAX example needs on this machine: about 116 MB of packages the first time, nothing after that.
 * @throws with how to mend it, as {@link ensurePythonEnvironment} does
 */
export function ensureTrainingEnvironment(log: Log): Promise<PythonEnvironment> {
  return ensurePythonEnvironment({
    requirements: textOf(`${FOLDER}/requirements.txt`),
    startup: textOf(`${FOLDER}/loopback.py`),
    oldest: [3, 11],
    // Not scikit-learn: its file of digits is read, and it would want scipy.
    modules: ['jax', 'jaxlib', 'ml_dtypes', 'numpy', 'opt_einsum'],
    log,
  });
}

/** A file of this package, looked for from here upwards: a bundle lies deeper than the sources do. */
function textOf(path: string): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, path);
    if (existsSync(file)) return readFileSync(file, 'utf8');
  }
  throw new Error(
    `${path} is missing beside this program: run it from the package or a checkout, not from a copy of the bundle alone`,
  );
}
