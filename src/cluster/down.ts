/** Takes a cluster down, whatever state it is in, and leaves nothing of it behind. */

import { rm } from 'node:fs/promises';
import type { ClusterState } from './layout.ts';
import { withLock } from './lock.ts';
import { checkName } from './options.ts';
import { type ClusterPaths, clusterPaths } from './paths.ts';
import { forgetPids, markedPids, stopPids } from './process.ts';

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
  await reap(paths, { name });
  await rm(paths.dir, { recursive: true, force: true, maxRetries: 5 });
}

/** Ends every process of the cluster and frees what they held; data, keys and settings stay. */
export async function reap(paths: ClusterPaths, _state: Pick<ClusterState, 'name'>): Promise<void> {
  for (let left = markedPids(paths); left.length > 0; left = markedPids(paths)) await stopPids(left, 0);
  forgetPids(paths);
}
