import type { Domain, Permission } from './domain.ts';

/** One rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** @default - all */
  readonly resourceNames?: readonly string[];
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
  for (const { group, resource, verbs: asked, names } of permissions) {
    const id = JSON.stringify([group, resource, [...(names ?? [])].sort()]);
    verbs.set(id, new Set([...(verbs.get(id) ?? []), ...asked]));
  }
  const resources = new Map<string, string[]>();
  for (const [id, granted] of verbs) {
    const [group, resource, names] = JSON.parse(id) as [string, string, string[]];
    const same = JSON.stringify([group, [...granted].sort(), names]);
    resources.set(same, [...(resources.get(same) ?? []), resource]);
  }
  return [...resources]
    .map(([same, alike]) => {
      const [group, granted, names] = JSON.parse(same) as [string, string[], string[]];
      const named = names.length > 0 && { resourceNames: names };
      return { apiGroups: [group], resources: alike.sort(), verbs: granted, ...named };
    })
    .sort((left, right) => sortKey(left).localeCompare(sortKey(right)));
}

const sortKey = (rule: PolicyRule): string => `${rule.apiGroups[0]}/${rule.resources[0]}`;
