import { Construct } from 'constructs';
import type { Kind } from '../api/kube.ts';
import { k8s } from './k8s.ts';
import { PLATFORM_LABELS } from './platform-labels.ts';

export interface TenantRolesProps {
  /** Middle of the roles' names: `training` gives `kubeflow-training-edit`. */
  readonly domain: string;
  /** Kinds that tenants use. */
  readonly kinds: readonly Kind[];
  /** Kinds that tenants only look at. @default - none */
  readonly shown?: readonly Kind[];
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/**
 * The roles that Kubeflow's aggregated `kubeflow-admin`, `-edit` and `-view` are made of. They also aggregate to
 * Kubernetes' own admin, edit and view, so that a tenant's ordinary role binding is enough.
 */
export class TenantRoles extends Construct {
  constructor(scope: Construct, id: string, props: TenantRolesProps) {
    super(scope, id);
    const { domain, kinds, shown = [] } = props;
    const groups = [...new Set(kinds.map((kind) => kind.group))].sort();
    const seen = shown.map(({ group, plural }) => ({ apiGroups: [group], resources: [plural], verbs: READ }));
    const resources = (group: string, suffix = '') =>
      kinds.filter((kind) => kind.group === group).map((kind) => `${kind.plural}${suffix}`);
    const rules = (verbs: string[]) =>
      groups.flatMap((group) => [
        { apiGroups: [group], resources: resources(group), verbs },
        { apiGroups: [group], resources: resources(group, '/status'), verbs: ['get'] },
      ]);
    // No `rules`, not even an empty list: they belong to the control plane, which gathers them, and an apply that names
    // them would be a conflict.
    new k8s.KubeClusterRole(this, 'Admin', {
      metadata: { name: `kubeflow-${domain}-admin`, labels: { ...PLATFORM_LABELS, ...aggregateTo('admin') } },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [toKubeflow(`${domain}-admin`)]: 'true' } }] },
    });
    new k8s.KubeClusterRole(this, 'Edit', {
      metadata: {
        name: `kubeflow-${domain}-edit`,
        labels: { ...PLATFORM_LABELS, ...aggregateTo('edit'), [toKubeflow(`${domain}-admin`)]: 'true' },
      },
      rules: [...rules(WRITE), ...seen],
    });
    new k8s.KubeClusterRole(this, 'View', {
      metadata: { name: `kubeflow-${domain}-view`, labels: { ...PLATFORM_LABELS, ...aggregateTo('view') } },
      rules: [...rules(READ), ...seen],
    });
  }
}

function toKubeflow(role: string): string {
  return `rbac.authorization.kubeflow.org/aggregate-to-kubeflow-${role}`;
}

function aggregateTo(role: 'admin' | 'edit' | 'view'): Record<string, string> {
  return { [toKubeflow(role)]: 'true', [`rbac.authorization.k8s.io/aggregate-to-${role}`]: 'true' };
}
