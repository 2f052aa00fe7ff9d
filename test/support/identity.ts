import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { allCrds } from '../../src/api/index.ts';
import { CUSTOM_RESOURCE_DEFINITION, NAMESPACE, PYTORCH_JOB } from '../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import { controllerUser, MpiLaunchers } from '../../src/constructs/mpi-launchers.ts';
import type { Api, Target } from './api.ts';
import { controllerRules, leaseRules } from './generated-rules.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { served } from './test-crd.ts';

export interface Identity {
  /** As the audit log names it. */
  readonly user: string;
  /** A kubeconfig with a token of the controller's service account. */
  readonly kubeconfig: string;
  /** The way to the server under the same token, for a proxy. */
  readonly target: Target;
}

/** The namespace that the controller under test lives in. */
export const SYSTEM_NAMESPACE = 'armature-system';
const ACCOUNT = 'armature-controller';
const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;
const CLUSTER_ROLE: Kind = { ...RBAC, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false };
const CLUSTER_ROLE_BINDING: Kind = {
  ...RBAC,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
};

/** Installs the CRDs and a service account that may do exactly what the generated roles say. */
export async function installIdentity(api: Api): Promise<Identity> {
  await Promise.all(allCrds().map((crd) => api.apply(CUSTOM_RESOURCE_DEFINITION, crd as unknown as KubeObject)));
  await served(api, PYTORCH_JOB);
  await api.apply(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } });
  for (const [kind, object] of [...accessObjects(), ...launcherAccess()]) await api.apply(kind, object);
  const token = await tokenOf(api);
  const target: Target = { server: api.target.server, ca: api.target.ca, token };
  return { user: controllerUser(SYSTEM_NAMESPACE, ACCOUNT), kubeconfig: writeKubeconfig(target), target };
}

/** Grants the controller more than its ordinary roles, as a platform with other flags would; resolves to the way back. */
export async function grantAlso(api: Api, name: string, rules: readonly object[]): Promise<() => Promise<void>> {
  const meta = { name: `${ACCOUNT}-${name}` };
  const apiVersion = `${RBAC.group}/${RBAC.version}`;
  const object = (value: Record<string, unknown>) => value as unknown as KubeObject;
  const subjects = [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: SYSTEM_NAMESPACE }];
  const roleRef = { apiGroup: RBAC.group, kind: 'ClusterRole', name: meta.name };
  await api.apply(CLUSTER_ROLE, object({ apiVersion, kind: 'ClusterRole', metadata: meta, rules }));
  await api.apply(
    CLUSTER_ROLE_BINDING,
    object({ apiVersion, kind: 'ClusterRoleBinding', metadata: meta, subjects, roleRef }),
  );
  return async () => {
    await api.delete(CLUSTER_ROLE_BINDING, undefined, meta.name);
    await api.delete(CLUSTER_ROLE, undefined, meta.name);
  };
}

/** Writes a kubeconfig for a way to a server. */
export function writeKubeconfig(target: Pick<Target, 'server' | 'ca' | 'token'>, namespace = SYSTEM_NAMESPACE): string {
  const file = join(temporaryFolder('identity'), 'kubeconfig');
  const cluster = {
    server: target.server,
    ...(target.server.startsWith('https') && {
      'certificate-authority-data': Buffer.from(target.ca).toString('base64'),
    }),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: { token: target.token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    'current-context': 'test',
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** What the platform installs for the launchers of MPIJobs. */
function launcherAccess(): [Kind, KubeObject][] {
  const chart = new Chart(new App(), 'test');
  new MpiLaunchers(chart, 'MpiLaunchers', { namespace: SYSTEM_NAMESPACE, account: ACCOUNT });
  return (chart.toJson() as KubeObject[]).map((object) => {
    const [group = '', version = ''] = object.apiVersion.split('/');
    const plural = object.kind.toLowerCase().replace(/y$/, 'ie').concat('s');
    return [{ group, version, kind: object.kind, plural, namespaced: false }, object];
  });
}

function accessObjects(): [Kind, KubeObject][] {
  const subjects = [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: SYSTEM_NAMESPACE }];
  const meta = (name: string, namespace?: string) => ({ name, ...(namespace && { namespace }) });
  const ref = (kind: string, name: string) => ({ apiGroup: RBAC.group, kind, name });
  const kind = (name: string, plural: string, namespaced: boolean): Kind => ({
    ...RBAC,
    kind: name,
    plural,
    namespaced,
  });
  const apiVersion = `${RBAC.group}/${RBAC.version}`;
  const leases = `${ACCOUNT}-leases`;
  const authorities = `${ACCOUNT}-authorities`;
  const object = (value: Record<string, unknown>) => value as unknown as KubeObject;
  return [
    [
      { group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true },
      object({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta(ACCOUNT, SYSTEM_NAMESPACE) }),
    ],
    [
      kind('ClusterRole', 'clusterroles', false),
      object({ apiVersion, kind: 'ClusterRole', metadata: meta(ACCOUNT), rules: controllerRules() }),
    ],
    [
      kind('ClusterRoleBinding', 'clusterrolebindings', false),
      object({
        apiVersion,
        kind: 'ClusterRoleBinding',
        metadata: meta(ACCOUNT),
        subjects,
        roleRef: ref('ClusterRole', ACCOUNT),
      }),
    ],
    [
      kind('Role', 'roles', true),
      object({ apiVersion, kind: 'Role', metadata: meta(leases, SYSTEM_NAMESPACE), rules: leaseRules() }),
    ],
    [
      kind('RoleBinding', 'rolebindings', true),
      object({
        apiVersion,
        kind: 'RoleBinding',
        metadata: meta(leases, SYSTEM_NAMESPACE),
        subjects,
        roleRef: ref('Role', leases),
      }),
    ],
    [
      kind('Role', 'roles', true),
      object({ apiVersion, kind: 'Role', metadata: meta(authorities, SYSTEM_NAMESPACE), rules: AUTHORITY_RULES }),
    ],
    [
      kind('RoleBinding', 'rolebindings', true),
      object({
        apiVersion,
        kind: 'RoleBinding',
        metadata: meta(authorities, SYSTEM_NAMESPACE),
        subjects,
        roleRef: ref('Role', authorities),
      }),
    ],
  ];
}

const AUTHORITY_RULES = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  { apiGroups: [''], resources: ['secrets'], resourceNames: [`${ACCOUNT}-authorities`], verbs: ['get', 'update'] },
];

async function tokenOf(api: Api): Promise<string> {
  const path = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/serviceaccounts/${ACCOUNT}/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } };
  const answer = await api.raw('POST', path, body);
  if (answer.code !== 201) throw new Error(`no token for the controller: ${answer.code} ${answer.text}`);
  return (JSON.parse(answer.text) as { status: { token: string } }).status.token;
}
