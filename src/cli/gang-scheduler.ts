import type { Logger } from '../runtime/log.ts';
import { discoveredGangScheduler } from '../training/gang-discovery.ts';
import type { PathReader } from './discovery.ts';

interface GroupList {
  readonly groups: readonly { readonly versions: readonly { readonly groupVersion: string }[] }[];
}

/** The gang scheduler that the cluster has now; says in the log which, and what would change it. */
export async function findGangScheduler(reader: PathReader, log: Logger): Promise<string | undefined> {
  const { groups } = (await reader.json('/apis')) as GroupList;
  const served = groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion));
  const name = discoveredGangScheduler(new Set(served));
  log.info(
    name ? 'gang scheduler found' : 'no gang scheduler found: pods are scheduled one by one; looked for at start only',
    {
      ...(name && { gangScheduler: name }),
    },
  );
  return name;
}
