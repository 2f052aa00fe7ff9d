import { unite } from './field-set.ts';
import { type Owner, type Owners, ownerId, wholeSeconds } from './owners.ts';

const MAX_UPDATERS = 10;
const BUCKET = 'ancient-changes';

/** Merges the oldest owners that came by updates into one entry for each version, so that at most ten are left. */
export function capOwners(owners: Owners): Owners {
  const updaters = [...owners].filter(([, owner]) => owner.operation === 'Update');
  if (updaters.length <= MAX_UPDATERS) return owners;
  updaters.sort(
    ([leftId, left], [rightId, right]) =>
      wholeSeconds(left.time) - wholeSeconds(right.time) || (leftId < rightId ? -1 : 1),
  );
  const result = new Map(owners);
  const firstOf = new Map<string, string>();
  let left = updaters.length;
  for (const [id, owner] of updaters) {
    if (left <= MAX_UPDATERS) break;
    const { apiVersion } = owner;
    const first = firstOf.get(apiVersion);
    if (first === undefined) {
      firstOf.set(apiVersion, id);
      continue;
    }
    const bucket: Omit<Owner, 'set'> = {
      manager: BUCKET,
      operation: 'Update',
      apiVersion,
      ...(owner.time && { time: owner.time }),
    };
    const bucketId = ownerId(bucket);
    const held = result.get(bucketId) ?? result.get(first)!;
    if (!result.has(bucketId)) result.delete(first);
    result.delete(id);
    result.set(bucketId, { ...bucket, set: unite(owner.set, held.set) });
    left--;
  }
  return result;
}
