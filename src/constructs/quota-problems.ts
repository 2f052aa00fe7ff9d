import { quotaProblems } from '../api/scheduling/quota.ts';
import { fieldOf } from './accelerator-problems.ts';
import { Platform } from './cluster-platform.ts';
import { resourceSection } from './container-fields.ts';
import type { JobContext } from './job-context.ts';
import { hardQuota } from './namespace-quota.ts';
import { isUnknown, type ResolvedRole, withRuntime } from './roles.ts';

/** Why the quota of the job's namespace refuses its pods, even when nothing else runs there. */
export function namespaceQuotaProblems(
  roles: readonly ResolvedRole[],
  { nodes, platform }: JobContext,
  namespace: string,
): string[] {
  const quota = nodes?.quotas.find((each) => each.namespace === namespace);
  if (!quota) return [];
  const sets = roles.map((role, index) => ({
    path: String(index),
    count: role.replicas,
    spec: { containers: [containerOf(withRuntime(role), platform ?? Platform.plain())] },
  }));
  return quotaProblems(sets, hardQuota(quota, nodes?.platform ?? Platform.plain())).flatMap(
    ({ code, path, message }) => {
      if (code === 'quota-too-small') return [`namespace ${namespace}: ${message}`];
      const role = roles[Number(path)];
      return role && !isUnknown(role) ? [`${fieldOf(role, 'resources')}: ${message}`] : [];
    },
  );
}

/** A claimed device counts under the name that quotas have for its class. */
function containerOf({ props }: ResolvedRole, platform: Platform) {
  const request = props.accelerator?.on(platform);
  const { resources = {} } = resourceSection(props.resources, request) as { resources?: { limits?: object } };
  const claim = request?.claim;
  if (!claim) return { resources };
  const name = `${claim.deviceClass}.deviceclass.resource.k8s.io/devices`;
  return { resources: { ...resources, limits: { ...resources.limits, [name]: String(claim.count) } } };
}
