import type { JobSetStatus } from '../../src/api/jobset.ts';
import { JOB, JOB_SET } from '../../src/api/kinds.ts';
import { conditionOf, controllerOf } from '../../src/api/kube.ts';
import { resourceId } from '../../src/embedded/resource.ts';
import { InvariantViolation } from '../../src/embedded/simulation/invariants.ts';
import type { Change } from '../../src/embedded/store.ts';

const SETS = resourceId(JOB_SET);
const JOBS = resourceId(JOB);

interface SetRecord {
  restarts: number;
  /** UIDs of its Jobs that failed: each of them is worth one restart at most. */
  readonly failed: Set<string>;
}

/** That a JobSet's restarts never fall, are never counted twice, and never exceed what its policy allows. */
export function restartsOfSets(): (change: Change) => void {
  const sets = new Map<string, SetRecord>();
  return ({ table, type, key, object }) => {
    if (table === JOBS && conditionOf(object, 'Failed')?.status === 'True')
      sets.get(controllerOf(object)?.uid ?? '')?.failed.add(object.metadata.uid ?? '');
    if (table !== SETS) return;
    const { uid = '' } = object.metadata;
    const record = sets.get(uid) ?? { restarts: 0, failed: new Set<string>() };
    sets.set(uid, record);
    if (type === 'DELETED') sets.delete(uid);
    const { restarts = 0, restartsCountTowardsMax: counted = 0 } = (object.status ?? {}) as JobSetStatus;
    const { failurePolicy } = object.spec as { readonly failurePolicy?: { readonly maxRestarts?: number } };
    if (restarts < record.restarts)
      throw new InvariantViolation(`the restarts of ${key} went from ${record.restarts} back to ${restarts}`);
    if (restarts > record.failed.size)
      throw new InvariantViolation(`${key} counts ${restarts} restarts, and ${record.failed.size} of its Jobs failed`);
    if (counted > (failurePolicy?.maxRestarts ?? 0))
      throw new InvariantViolation(`${key} restarted ${counted} times, beyond its maxRestarts`);
    record.restarts = restarts;
  };
}
