import type { Domain, Permission } from './domain.ts';

/** One rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What the runtime itself needs in every namespace where it works: it reports Events. */
export const runtimePermissions: readonly Permission[] = [
  { group: 'events.k8s.io', resource: 'events', verbs: ['create', 'patch'] },
];

/** What leader election needs, in the controller's own namespace only. */
export const leaderElectionPermissions: readonly Permission[] = [
  { group: 'coordination.k8s.io', resource: 'leases', verbs: ['get', 'create', 'update'] },
];

/** The rules that grant what these domains and the runtime ask for, and nothing more. */
export function rulesFor(domains: readonly Pick<Domain, 'permissions'>[]): PolicyRule[] {
  return mergeRules([...runtimePermissions, ...domains.flatMap(({ permissions }) => permissions)]);
}

/** The fewest rules that grant exactly these permissions; sorted, so that generated files do not churn. */
export function mergeRules(permissions: readonly Permission[]): PolicyRule[] {
  const verbs = new Map<string, Set<string>>();
  for (const { group, resource, verbs: asked } of permissions) {
    const id = JSON.stringify([group, resource]);
    verbs.set(id, new Set([...(verbs.get(id) ?? []), ...asked]));
  }
  const resources = new Map<string, string[]>();
  for (const [id, granted] of verbs) {
    const [group, resource] = JSON.parse(id) as [string, string];
    const same = JSON.stringify([group, [...granted].sort()]);
    resources.set(same, [...(resources.get(same) ?? []), resource]);
  }
  return [...resources]
    .map(([same, names]) => {
      const [group, granted] = JSON.parse(same) as [string, string[]];
      return { apiGroups: [group], resources: names.sort(), verbs: granted };
    })
    .sort((left, right) => sortKey(left).localeCompare(sortKey(right)));
}

const sortKey = (rule: PolicyRule): string => `${rule.apiGroups[0]}/${rule.resources[0]}`;
