/** Tells what runs. */

import { type ClusterInfo, checkName, parseNodes } from './options.ts';
import { clusterPaths } from './paths.ts';
import { livePids } from './process.ts';
import { readState } from './state.ts';
import { clusterInfo, componentsOf } from './up.ts';

export interface ClusterStatus {
  readonly name: string;
  /** False when no cluster of this name was ever brought up, or it was taken down. */
  readonly exists: boolean;
  /** All components run. */
  readonly running: boolean;
  /** As given to `up`; empty when it does not exist. */
  readonly nodes: string;
  readonly components: Readonly<Record<string, 'running' | 'stopped'>>;
  readonly info?: ClusterInfo;
}

export async function clusterStatus(name = 'armature'): Promise<ClusterStatus> {
  const paths = clusterPaths(checkName(name));
  const state = await readState(paths);
  if (!state) return { name, exists: false, running: false, nodes: '', components: {} };
  const live = livePids(paths);
  const expected = componentsOf(parseNodes(state.nodes));
  const components = Object.fromEntries(
    expected.map((component) => [component, live[component] === undefined ? 'stopped' : 'running'] as const),
  );
  const running = expected.every((component) => live[component] !== undefined);
  return { name, exists: true, running, nodes: state.nodes, components, info: clusterInfo(paths, state) };
}
