/** What the machine must be for a local cluster. */

import type { NodePlan } from './options.ts';
import { cacheDir, stateDir } from './paths.ts';

const INSTEAD = 'use an existing cluster with --context NAME, or make one with kind and Docker ("kind create cluster")';

/** @throws on anything but Linux, and for a real node without root. */
export async function requirePlatform(plan: NodePlan): Promise<void> {
  if (process.platform !== 'linux') {
    throw new Error(`a local cluster needs Linux, and this is ${process.platform}: ${INSTEAD}`);
  }
  if (plan.real && process.getuid?.() !== 0) {
    throw new Error(`a real node needs root: run as root, use --nodes fake:K (pods are only simulated), or ${INSTEAD}`);
  }
  const hidden = [cacheDir(), stateDir()].find((path) => /^\/(run|var\/(run|lib|log))\//.test(path));
  if (plan.real && hidden) {
    throw new Error(
      `${hidden} lies where a real node has folders of its own: set ARMATURE_CACHE and ARMATURE_STATE elsewhere`,
    );
  }
}
