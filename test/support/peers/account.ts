import { NAMESPACE, SERVICE_ACCOUNT } from '../../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../../src/api/kube.ts';
import type { Api } from '../api.ts';

const RBAC = 'rbac.authorization.k8s.io';
const BINDING: Kind = {
  group: RBAC,
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
};

/**
 * A peer's home and the service account it runs under. It may do everything: its roles are not what is compared.
 * @returns its user, as the audit log names it
 */
export async function installAccount(api: Api, namespace: string, name: string): Promise<string> {
  const object = (value: Record<string, unknown>) => value as unknown as KubeObject;
  await api.apply(NAMESPACE, object({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));
  const account = { name, namespace };
  await api.apply(SERVICE_ACCOUNT, object({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }));
  await api.apply(
    BINDING,
    object({
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: `peer-${name}` },
      subjects: [{ kind: 'ServiceAccount', ...account }],
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'cluster-admin' },
    }),
  );
  return `system:serviceaccount:${namespace}:${name}`;
}
