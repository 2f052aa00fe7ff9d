/**
 * The one door to cdk8s-plus: another Kubernetes number is a change of this file alone.
 *
 * `k8s` holds the generated L1 classes, for objects that cdk8s-plus has no intent API for.
 */
export {
  ConfigMap,
  type ContainerResources,
  Cpu,
  Deployment,
  DeploymentStrategy,
  EnvValue,
  type IConfigMap,
  ImagePullPolicy,
  type IPersistentVolumeClaim,
  type ISecret,
  type IServiceAccount,
  k8s,
  LabelSelector,
  Namespace,
  Probe,
  Secret,
  Service,
  ServiceAccount,
} from 'cdk8s-plus-27';
