import type { Kind } from '../../api/kube.ts';

/** Kinds that only a cluster itself deals with; those that domains know stand in the api. */
const kind = (group: string, version: string, name: string, plural: string, namespaced = true): Kind => ({
  group,
  version,
  kind: name,
  plural,
  namespaced,
});

export const CORE_EVENT = kind('', 'v1', 'Event', 'events');
export const SECRET = kind('', 'v1', 'Secret', 'secrets');
export const SERVICE_ACCOUNT = kind('', 'v1', 'ServiceAccount', 'serviceaccounts');
export const RESOURCE_QUOTA = kind('', 'v1', 'ResourceQuota', 'resourcequotas');
export const LIMIT_RANGE = kind('', 'v1', 'LimitRange', 'limitranges');
export const PERSISTENT_VOLUME_CLAIM = kind('', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims');
export const PRIORITY_CLASS = kind('scheduling.k8s.io', 'v1', 'PriorityClass', 'priorityclasses', false);
export const POD_DISRUPTION_BUDGET = kind('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets');
export const NETWORK_POLICY = kind('networking.k8s.io', 'v1', 'NetworkPolicy', 'networkpolicies');
export const ROLE = kind('rbac.authorization.k8s.io', 'v1', 'Role', 'roles');
export const ROLE_BINDING = kind('rbac.authorization.k8s.io', 'v1', 'RoleBinding', 'rolebindings');
export const CLUSTER_ROLE = kind('rbac.authorization.k8s.io', 'v1', 'ClusterRole', 'clusterroles', false);
export const CLUSTER_ROLE_BINDING = kind(
  'rbac.authorization.k8s.io',
  'v1',
  'ClusterRoleBinding',
  'clusterrolebindings',
  false,
);
