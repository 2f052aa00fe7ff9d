import { type EmptyPool, placedAtOnce, refusals } from '../../api/scheduling/empty-pools.ts';
import { type PodView, viewOfPod } from '../../api/scheduling/view.ts';
import { defaultPodSpec } from '../../embedded/builtin/pod-defaults.ts';
import type { Pool } from '../../embedded/what-if/index.ts';
import { type Finding, finding } from './codes.ts';
import type { PodSet } from './pod-sets.ts';

/** Pods that no pool takes, and jobs whose pods the pools cannot take all at once, even when they are at their largest. */
export function fitFindings(sets: readonly PodSet[], pools: readonly Pool[]): Finding[] {
  const empty = pools.map((pool): EmptyPool => ({ ...pool, most: pool.autoscaling?.max ?? pool.count }));
  const pods = sets.map((set) => ({ ...set, pod: podOf(set) }));
  const misfits = pods.flatMap(({ path, count, pod }) => {
    const reasons = count === 0 ? undefined : refusals(pod, empty);
    return reasons ? [finding('fits-no-node', path, `no node pool takes such a pod: ${reasons.join('; ')}`)] : [];
  });
  if (misfits.length > 0) return misfits;
  const total = pods.reduce((sum, { count }) => sum + count, 0);
  const placed = total < 2 ? total : placedAtOnce(pods, empty);
  if (placed === total) return [];
  const message = `only ${placed} of its ${total} pods find a place at once, even when nothing else runs and all pools are at their largest: ask for less, or for fewer pods`;
  return [finding('gang-fits-not', '', message)];
}

/** As the pod is stored: a limit without a request is one. */
function podOf({ path, spec }: PodSet): PodView {
  return viewOfPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: path, uid: path },
    spec: defaultPodSpec(spec),
  });
}
