import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { CLUSTER_TRAINING_RUNTIME, SHIPPED_RUNTIMES, TRAINER_VERSION } from '../api/index.ts';
import { ConfigMap, k8s, Namespace } from './k8s.ts';
import type { MlPlatform } from './ml-platform.ts';
import { PLATFORM_LABELS } from './platform-labels.ts';

export interface TrainingRuntimesProps {
  /** The platform that serves them; applied before. */
  readonly platform: MlPlatform;
  /**
   * Those of Kubeflow Trainer's runtimes to install, by name.
   * @default - all: torch-, jax-, xgboost-, deepspeed- and mlx-distributed, torchtune-llama3.2-1b and -3b, torchtune-qwen2.5-1.5b
   */
  readonly only?: readonly string[];
  /**
   * Where Kubeflow's clients look for the release of Kubeflow Trainer that is served; created here unless it is the
   * platform's own.
   * @default 'kubeflow-system', as the clients have it
   */
  readonly publicNamespace?: string;
}

const PUBLIC = 'kubeflow-trainer-public';

/**
 * The ClusterTrainingRuntimes that Kubeflow Trainer brings along, so that TrainJobs which refer to them run. They are custom
 * resources of the platform's kinds: give them a chart of their own, which `kubectl apply` takes once those are served.
 */
export class TrainingRuntimes extends Construct {
  constructor(scope: Construct, id: string, props: TrainingRuntimesProps) {
    super(scope, id);
    const { platform, only } = props;
    const unknown = only?.filter((name) => !SHIPPED_RUNTIMES.some(({ metadata }) => metadata.name === name)) ?? [];
    if (unknown.length > 0) {
      const known = SHIPPED_RUNTIMES.map(({ metadata }) => metadata.name).join(', ');
      throw new Error(`'only' names no runtime that comes along: ${unknown.join(', ')}; there are ${known}`);
    }
    for (const { metadata, ...runtime } of SHIPPED_RUNTIMES) {
      const name = metadata.name ?? '';
      if (only && !only.includes(name)) continue;
      const labels = { ...PLATFORM_LABELS, ...metadata.labels };
      const object = new ApiObject(this, name, { ...runtime, metadata: { name, labels } });
      object.node.addDependency(platform.crd(CLUSTER_TRAINING_RUNTIME));
    }
    this.tellVersion(platform, props.publicNamespace ?? 'kubeflow-system');
  }

  /** Everybody who is known to the cluster may read which release is served, and nothing else there. */
  private tellVersion(platform: MlPlatform, namespace: string): void {
    if (namespace !== platform.namespace.name) {
      new Namespace(this, 'Namespace', { metadata: { name: namespace, labels: { ...PLATFORM_LABELS } } });
    }
    const metadata = { name: PUBLIC, namespace, labels: { ...PLATFORM_LABELS } };
    new ConfigMap(this, 'Public', { metadata, data: { kubeflow_trainer_version: TRAINER_VERSION } });
    new k8s.KubeRole(this, 'PublicRole', {
      metadata,
      rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [PUBLIC], verbs: ['get', 'list', 'watch'] }],
    });
    new k8s.KubeRoleBinding(this, 'PublicBinding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: PUBLIC },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
    });
  }
}
