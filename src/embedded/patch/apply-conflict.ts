import { ApiError } from '../../runtime/client.ts';
import { withDetails } from '../status-details.ts';
import type { Comparison } from './compare.ts';
import { intersect, isEmptySet, membersOf, unite } from './field-set.ts';
import type { Owner, Owners } from './owners.ts';
import { type PathElement, printPath } from './path-element.ts';

/** Fields that an apply would change though others own them, by the identity of the owner. */
export interface Conflict {
  readonly id: string;
  readonly owner: Owner;
  readonly paths: readonly (readonly PathElement[])[];
}

export function conflictsOf(owners: Owners, changes: Comparison, applier: string): readonly Conflict[] {
  const changed = unite(changes.modified, changes.added);
  const conflicts: Conflict[] = [];
  if (isEmptySet(changed)) return conflicts;
  for (const [id, owner] of owners) {
    const set = id === applier ? undefined : intersect(owner.set, changed);
    if (set && !isEmptySet(set)) conflicts.push({ id, owner, paths: [...membersOf(set)] });
  }
  return conflicts.sort((left, right) => (left.id < right.id ? -1 : 1));
}

export function conflictError(conflicts: readonly Conflict[]): ApiError {
  const count = conflicts.reduce((sum, { paths }) => sum + paths.length, 0);
  const [first] = conflicts;
  const text =
    count === 1 && first
      ? `1 conflict: conflict with ${printOwner(first.owner)}: ${printPath(first.paths[0]!)}`
      : `${count} conflicts: ${conflicts.map(printConflict).join('\n')}`;
  const causes = conflicts.flatMap(({ owner, paths }) =>
    paths.map((path) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${printOwner(owner)}`,
      field: printPath(path),
    })),
  );
  return withDetails(new ApiError(409, 'Conflict', `Apply failed with ${text}`), { causes });
}

const printConflict = ({ owner, paths }: Conflict): string =>
  [`conflicts with ${printOwner(owner)}:`, ...paths.map((path) => `- ${printPath(path)}`)].join('\n');

function printOwner({ manager, operation, apiVersion, subresource }: Owner): string {
  const name = JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
