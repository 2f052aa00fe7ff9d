import type { JobSetStatus } from '../../api/jobset.ts';
import type { JobGroup, Role } from './set.ts';
import { countsIn } from './status.ts';

/** Which replicated jobs may start, and whether the order of starting has been run through. */
export interface Turn {
  readonly open: readonly Role[];
  /** Only with a startup policy: whether a replicated job is still to be waited for. */
  readonly startup?: 'in progress' | 'completed';
}

/** What {@link Role.dependsOn} and the startup policy let start now. */
export function turnOf(set: JobGroup, status: JobSetStatus): Turn {
  const open = set.roles.filter((role) => dependenciesMet(set, role, status));
  if (!set.inOrder || set.suspended) return { open };
  const current = open.findIndex((role) => !hasStarted(role, status));
  return current === -1 ? { open, startup: 'completed' } : { open: open.slice(0, current + 1), startup: 'in progress' };
}

function dependenciesMet(set: JobGroup, role: Role, status: JobSetStatus): boolean {
  return role.dependsOn.every((dependency) => {
    const target = set.roles.find(({ name }) => name === dependency.name);
    if (!target) return false;
    if (dependency.status === 'Ready') return hasStarted(target, status);
    return (countsIn(status, target.name)?.succeeded ?? 0) >= target.replicas;
  });
}

/** Each of its Jobs is ready, or has been and is over. */
function hasStarted({ name, replicas }: Role, status: JobSetStatus): boolean {
  const counts = countsIn(status, name);
  return (counts?.ready ?? 0) + (counts?.succeeded ?? 0) + (counts?.failed ?? 0) >= replicas;
}
