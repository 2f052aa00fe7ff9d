import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  CACHE_INITIALIZER,
  CLUSTER_TRAINING_RUNTIME,
  KNOWN_RUNTIMES,
  SHIPPED_RUNTIMES,
  TRAIN_JOB,
  TRAINER_VERSION,
} from '../api/index.ts';
import { ConfigMap, k8s, Namespace } from './k8s.ts';
import type { MlPlatform } from './ml-platform.ts';
import { PLATFORM_LABELS } from './platform-labels.ts';

/** Which of the runtimes that come along are installed. */
export interface TrainingRuntimesProps {
  /** The platform that serves them; applied before. */
  readonly platform: MlPlatform;
  /**
   * Those of Kubeflow Trainer's runtimes to install, by name; flux-distributed is among them when it is named.
   * @default - all that need nothing besides: torch-, jax-, xgboost-, deepspeed- and mlx-distributed, torchtune-llama3.2-1b and
   * -3b, torchtune-qwen2.5-1.5b
   */
  readonly only?: readonly string[];
  /**
   * Namespaces whose TrainJobs may train from a data cache, with torch-distributed-with-cache: the initializer of each
   * builds the cache of LeaderWorkerSets, whose operator must be there.
   * @default - none, and the runtime is not installed
   */
  readonly dataCacheIn?: readonly string[];
  /**
   * Where Kubeflow's clients look for the release of Kubeflow Trainer that is served; created here unless it is the
   * platform's own.
   * @default 'kubeflow-system', as the clients have it
   */
  readonly publicNamespace?: string;
}

const PUBLIC = 'kubeflow-trainer-public';
const WITH_CACHE = 'torch-distributed-with-cache';

/**
 * The ClusterTrainingRuntimes that Kubeflow Trainer brings along, so that TrainJobs which refer to them run. They are custom
 * resources of the platform's kinds: give them a chart of their own, which `kubectl apply` takes once those are served.
 */
export class TrainingRuntimes extends Construct {
  constructor(scope: Construct, id: string, props: TrainingRuntimesProps) {
    super(scope, id);
    const { platform, dataCacheIn = [] } = props;
    const only = props.only ?? SHIPPED_RUNTIMES.map(({ metadata }) => metadata.name ?? '');
    const wanted = dataCacheIn.length > 0 ? [...only, WITH_CACHE] : only;
    const unknown = wanted.filter((name) => !KNOWN_RUNTIMES.some(({ metadata }) => metadata.name === name));
    if (unknown.length > 0) {
      const known = KNOWN_RUNTIMES.map(({ metadata }) => metadata.name).join(', ');
      throw new Error(`'only' names no runtime that comes along: ${unknown.join(', ')}; there are ${known}`);
    }
    for (const { metadata, ...runtime } of KNOWN_RUNTIMES) {
      const name = metadata.name ?? '';
      if (!wanted.includes(name)) continue;
      const labels = { ...PLATFORM_LABELS, ...metadata.labels };
      const object = new ApiObject(this, name, { ...runtime, metadata: { name, labels } });
      object.node.addDependency(platform.crd(CLUSTER_TRAINING_RUNTIME));
    }
    if (dataCacheIn.length > 0) this.allowCaches(dataCacheIn);
    this.tellVersion(platform, props.publicNamespace ?? 'kubeflow-system');
  }

  /** What the initializer of a data cache does in the namespace of its TrainJob, and nowhere else. */
  private allowCaches(namespaces: readonly string[]): void {
    const name = CACHE_INITIALIZER;
    const labels = { ...PLATFORM_LABELS };
    const made = ['create', 'get', 'list', 'watch'];
    new k8s.KubeClusterRole(this, 'CacheRole', {
      metadata: { name, labels },
      rules: [
        { apiGroups: ['leaderworkerset.x-k8s.io'], resources: ['leaderworkersets'], verbs: made },
        { apiGroups: [''], resources: ['services'], verbs: made },
        { apiGroups: [''], resources: ['serviceaccounts'], verbs: [...made, 'delete'] },
        { apiGroups: [TRAIN_JOB.group], resources: [TRAIN_JOB.plural], verbs: ['get'] },
      ],
    });
    for (const namespace of namespaces) {
      const metadata = { name, namespace, labels };
      new k8s.KubeServiceAccount(this, `CacheAccount-${namespace}`, { metadata });
      new k8s.KubeRoleBinding(this, `CacheBinding-${namespace}`, {
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      });
    }
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
