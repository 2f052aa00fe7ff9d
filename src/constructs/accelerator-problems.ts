import type { AcceleratorSlice } from './accelerator-request.ts';
import type { JobContext } from './job-context.ts';
import type { ResolvedRole } from './roles.ts';

/** Why the pods of a job cannot have the accelerators that they ask for. */
export function acceleratorProblems(roles: readonly ResolvedRole[], { platform }: JobContext): string[] {
  const problems = roles.flatMap((role) => {
    const { accelerator, resources } = role.props;
    if (!accelerator) return [];
    const memoryless = accelerator.needsMemory && !resources?.cpu && !resources?.memory;
    return [
      ...accelerator.problemsOn(platform),
      ...(memoryless
        ? [
            `${fieldOf(role, 'resources')}: ${accelerator.name} takes huge pages, which Kubernetes gives only to pods that ask for cpu or memory as well: set one of them`,
          ]
        : []),
    ];
  });
  return [...problems, ...sliceProblems(roles)];
}

/** Where a field of a role stands in the framework's props. */
export function fieldOf({ path }: ResolvedRole, field: string): string {
  return `'${path === '' ? field : `${path}.${field}`}'`;
}

/** A slice is given to a job whole: it needs exactly one pod on each of its machines. */
function sliceProblems(roles: readonly ResolvedRole[]): string[] {
  const pods = new Map<string, { slice: AcceleratorSlice; pods: number; fields: string[] }>();
  for (const role of roles) {
    const slice = role.props.accelerator?.slice;
    if (!slice) continue;
    const sum = pods.get(slice.name) ?? { slice, pods: 0, fields: [] };
    sum.pods += role.replicas;
    sum.fields.push(fieldOf(role, role.countField ?? 'replicas'));
    pods.set(slice.name, sum);
  }
  return [...pods.values()].flatMap(({ slice: { name, hosts, slices }, pods, fields }) => {
    const wanted = hosts * slices;
    if (pods === wanted) return [];
    const whole = pods % hosts === 0 ? `, or 'slices' of the accelerator to ${pods / hosts}` : '';
    const machines = slices === 1 ? `${name} has ${hosts}` : `${slices} times ${name} have ${wanted}`;
    return [
      `${machines} machine${wanted === 1 ? '' : 's'}, but ${pods} pod${pods === 1 ? '' : 's'} would share them: set ${fields.join(' and ')} to ${wanted}${fields.length > 1 ? ' together' : ''}${whole}`,
    ];
  });
}
