import { NATIVE_POD_GROUP, SCHEDULER_PLUGINS_POD_GROUP, VOLCANO_POD_GROUP } from '../api/kinds.ts';
import { apiVersionOf } from '../api/kube.ts';

/** Asks for the gang scheduler that the cluster has. */
export const DISCOVERED = 'auto';

/** The name under which scheduler-plugins' own manifests install their scheduler. */
const SCHEDULER_PLUGINS_DEFAULT = 'scheduler-plugins-scheduler';

/**
 * The gang scheduler of a cluster that serves these API versions (`group/version`). One that somebody installed comes
 * before the one that Kubernetes brings along.
 * @returns a name for {@link gangScheduler}; nothing when pods can only be scheduled one by one
 */
export function discoveredGangScheduler(served: ReadonlySet<string>): string | undefined {
  if (served.has(apiVersionOf(VOLCANO_POD_GROUP))) return 'volcano';
  if (served.has(apiVersionOf(SCHEDULER_PLUGINS_POD_GROUP))) return SCHEDULER_PLUGINS_DEFAULT;
  return served.has(apiVersionOf(NATIVE_POD_GROUP)) ? 'native' : undefined;
}
