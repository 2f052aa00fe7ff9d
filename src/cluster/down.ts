/** Takes a cluster down, whatever state it is in, and leaves nothing of it behind. */

import { rm } from 'node:fs/promises';
import { networkOf } from './layout.ts';
import { withLock } from './lock.ts';
import { checkName } from './options.ts';
import { type ClusterPaths, clusterPaths } from './paths.ts';
import { forgetPids, markedPids, stopPids } from './process.ts';
import { removeNodeTraces } from './real-node.ts';

/** Removes the cluster: processes, networks, control groups, files. Nothing to do is not an error. */
export async function clusterDown(name = 'armature'): Promise<void> {
  const paths = clusterPaths(checkName(name));
  await withLock(
    paths.lock,
    () => undefined,
    () => removeCluster(paths, name),
  );
}

export async function removeCluster(paths: ClusterPaths, name: string): Promise<void> {
  await reap(paths, name);
  await rm(paths.dir, { recursive: true, force: true, maxRetries: 5 });
}

/** Ends every process of the cluster and frees what they held; data, keys and settings stay. */
export async function reap(paths: ClusterPaths, name: string): Promise<void> {
  for (let left = markedPids(paths); left.length > 0; left = markedPids(paths)) await stopPids(left, 0);
  await removeNodeTraces(name, networkOf({ name, subnet: 0 }).link);
  forgetPids(paths);
}
