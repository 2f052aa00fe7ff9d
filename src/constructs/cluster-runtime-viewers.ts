import { Construct } from 'constructs';
import { CLUSTER_TRAINING_RUNTIME } from '../api/kinds.ts';
import { k8s } from './k8s.ts';
import { PLATFORM_LABELS } from './platform-labels.ts';

const NAME = 'kubeflow-trainer-view-cluster-runtimes';

/** Everybody who is known to the cluster may see the cluster's training runtimes: clients list them before they train. */
export class ClusterRuntimeViewers extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const metadata = { name: NAME, labels: { ...PLATFORM_LABELS } };
    const { group, plural } = CLUSTER_TRAINING_RUNTIME;
    new k8s.KubeClusterRole(this, 'Resource', {
      metadata,
      rules: [{ apiGroups: [group], resources: [plural], verbs: ['get', 'list', 'watch'] }],
    });
    new k8s.KubeClusterRoleBinding(this, 'Binding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
    });
  }
}
