export * from './accelerator.ts';
export * from './cluster-platform.ts';
export * from './distributed-training-job.ts';
export { Framework, type FrameworkSpec } from './framework.ts';
export * from './gang-scheduler.ts';
export type { JaxProps } from './jax.ts';
export * from './job-volume.ts';
export {
  ConfigMap,
  type ContainerResources,
  Cpu,
  EnvValue,
  Namespace,
  ServiceAccount,
} from './k8s.ts';
export * from './ml-platform.ts';
export * from './node-placement.ts';
export * from './nvidia-gpu.ts';
export type { PaddleElasticProps, PaddleProps } from './paddle.ts';
export type { ElasticProps, PyTorchProps } from './pytorch.ts';
export type { ReplicaProps, RestartPolicy, WorkerProps } from './replica.ts';
export type { CleanPodPolicy, RunPolicyProps } from './run-policy.ts';
export * from './synth.ts';
export type { TensorFlowProps } from './tensorflow.ts';
export type { XGBoostProps } from './xgboost.ts';
