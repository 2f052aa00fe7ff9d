import { Construct } from 'constructs';
import { type AccessRule, leaseRules } from '../../imports/controller-rules.ts';
import { type IServiceAccount, k8s } from './k8s.ts';
import { CONTROLLER_LABELS } from './platform-labels.ts';

export type { AccessRule };

export interface ControllerAccessProps {
  /** Namespace of the controller and of its leases. */
  readonly namespace: string;
  /** Who gets the access. */
  readonly serviceAccount: IServiceAccount;
  /** What the controller's domains declare, cluster-wide. */
  readonly rules: readonly AccessRule[];
  /** Whether the authorities of the controller's servers are kept in a Secret. */
  readonly authorities: boolean;
}

const NAME = 'armature-controller';
const LEASES_NAME = 'armature-controller-leases';
/** Of the role, and of the one Secret that it is about. */
const AUTHORITIES_NAME = 'armature-controller-authorities';
/** Whoever may create an object cannot be held to a name; the namespace is the controller's own. */
const AUTHORITIES_RULES: k8s.PolicyRule[] = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  { apiGroups: [''], resources: ['secrets'], resourceNames: [AUTHORITIES_NAME], verbs: ['get', 'update'] },
];

/** Grants the controller exactly what its domains declare, and leases in its own namespace. */
export class ControllerAccess extends Construct {
  constructor(scope: Construct, id: string, props: ControllerAccessProps) {
    super(scope, id);
    const { namespace } = props;
    const subjects = [{ kind: 'ServiceAccount', name: props.serviceAccount.name, namespace }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io' };

    new k8s.KubeClusterRole(this, 'Resource', {
      metadata: { name: NAME, labels: CONTROLLER_LABELS },
      rules: props.rules.map(policyRule),
    });
    new k8s.KubeClusterRoleBinding(this, 'Binding', {
      metadata: { name: NAME, labels: CONTROLLER_LABELS },
      roleRef: { ...roleRef, kind: 'ClusterRole', name: NAME },
      subjects,
    });
    new k8s.KubeRole(this, 'LeasesRole', {
      metadata: { name: LEASES_NAME, namespace, labels: CONTROLLER_LABELS },
      rules: leaseRules.map(policyRule),
    });
    new k8s.KubeRoleBinding(this, 'LeasesBinding', {
      metadata: { name: LEASES_NAME, namespace, labels: CONTROLLER_LABELS },
      roleRef: { ...roleRef, kind: 'Role', name: LEASES_NAME },
      subjects,
    });
    if (!props.authorities) return;
    const metadata = { name: AUTHORITIES_NAME, namespace, labels: CONTROLLER_LABELS };
    new k8s.KubeRole(this, 'AuthoritiesRole', { metadata, rules: AUTHORITIES_RULES });
    new k8s.KubeRoleBinding(this, 'AuthoritiesBinding', {
      metadata,
      roleRef: { ...roleRef, kind: 'Role', name: AUTHORITIES_NAME },
      subjects,
    });
  }
}

function policyRule({ group, resources, verbs, resourceNames }: AccessRule): k8s.PolicyRule {
  const named = resourceNames && { resourceNames: [...resourceNames] };
  return { apiGroups: [group], resources: [...resources], ...named, verbs: [...verbs] };
}
