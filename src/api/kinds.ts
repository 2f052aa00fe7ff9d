import type { Kind } from './kube.ts';

/** Kubernetes' own kinds and the neighbours' that domains create or read. */
const core = (kind: string, plural: string, namespaced = true): Kind => ({
  group: '',
  version: 'v1',
  kind,
  plural,
  namespaced,
});

export const POD = core('Pod', 'pods');
export const SERVICE = core('Service', 'services');
export const CONFIG_MAP = core('ConfigMap', 'configmaps');
export const SECRET = core('Secret', 'secrets');
export const PERSISTENT_VOLUME_CLAIM = core('PersistentVolumeClaim', 'persistentvolumeclaims');
export const SERVICE_ACCOUNT = core('ServiceAccount', 'serviceaccounts');
export const EVENT: Kind = { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };
export const NODE = core('Node', 'nodes', false);
export const NAMESPACE = core('Namespace', 'namespaces', false);
export const LEASE: Kind = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};
export const HORIZONTAL_POD_AUTOSCALER: Kind = {
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
};
export const JOB: Kind = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
export const JOB_SET: Kind = {
  group: 'jobset.x-k8s.io',
  version: 'v1alpha2',
  kind: 'JobSet',
  plural: 'jobsets',
  namespaced: true,
};
export const VOLCANO_POD_GROUP: Kind = {
  group: 'scheduling.volcano.sh',
  version: 'v1beta1',
  kind: 'PodGroup',
  plural: 'podgroups',
  namespaced: true,
};
export const SCHEDULER_PLUGINS_POD_GROUP: Kind = {
  group: 'scheduling.x-k8s.io',
  version: 'v1alpha1',
  kind: 'PodGroup',
  plural: 'podgroups',
  namespaced: true,
};
/** Kubernetes' own groups of pods; an alpha API of 1.36, behind the feature gate GenericWorkload. */
export const NATIVE_POD_GROUP: Kind = {
  group: 'scheduling.k8s.io',
  version: 'v1alpha2',
  kind: 'PodGroup',
  plural: 'podgroups',
  namespaced: true,
};
export const PYTORCH_JOB: Kind = {
  group: 'kubeflow.org',
  version: 'v1',
  kind: 'PyTorchJob',
  plural: 'pytorchjobs',
  namespaced: true,
};
export const JAX_JOB: Kind = {
  group: 'kubeflow.org',
  version: 'v1',
  kind: 'JAXJob',
  plural: 'jaxjobs',
  namespaced: true,
};
export const TF_JOB: Kind = {
  group: 'kubeflow.org',
  version: 'v1',
  kind: 'TFJob',
  plural: 'tfjobs',
  namespaced: true,
};
export const XGBOOST_JOB: Kind = {
  group: 'kubeflow.org',
  version: 'v1',
  kind: 'XGBoostJob',
  plural: 'xgboostjobs',
  namespaced: true,
};
export const PADDLE_JOB: Kind = {
  group: 'kubeflow.org',
  version: 'v1',
  kind: 'PaddleJob',
  plural: 'paddlejobs',
  namespaced: true,
};
/** The version that controllers watch; {@link MPI_JOB_V1} is another view of the same objects. */
export const MPI_JOB: Kind = {
  group: 'kubeflow.org',
  version: 'v2beta1',
  kind: 'MPIJob',
  plural: 'mpijobs',
  namespaced: true,
};
export const MPI_JOB_V1: Kind = { ...MPI_JOB, version: 'v1' };
export const BATCH_JOB: Kind = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
const rbac = (kind: string, plural: string, namespaced = true): Kind => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind,
  plural,
  namespaced,
});
export const CLUSTER_ROLE = rbac('ClusterRole', 'clusterroles', false);
export const ROLE_BINDING = rbac('RoleBinding', 'rolebindings');
/** A question that is answered and not stored: who holds this token? */
export const TOKEN_REVIEW: Kind = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
};
export const CUSTOM_RESOURCE_DEFINITION: Kind = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
const trainer = (kind: string, plural: string, namespaced = true): Kind => ({
  group: 'trainer.kubeflow.org',
  version: 'v1alpha1',
  kind,
  plural,
  namespaced,
});
export const TRAIN_JOB = trainer('TrainJob', 'trainjobs');
export const TRAINING_RUNTIME = trainer('TrainingRuntime', 'trainingruntimes');
export const CLUSTER_TRAINING_RUNTIME = trainer('ClusterTrainingRuntime', 'clustertrainingruntimes', false);
