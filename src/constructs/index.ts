export * from './accelerator.ts';
export { AmdGpu, type AmdGpuNames, type AmdOptions } from './accelerator-amd.ts';
export type { GaudiModel, GaudiOptions } from './accelerator-gaudi.ts';
export { NeuronDevice, type NeuronOptions } from './accelerator-neuron.ts';
export type { GpuShare, MigSlices, NvidiaOptions, WholeGpus } from './accelerator-nvidia.ts';
export * from './accelerator-nvidia-models.ts';
export type { AcceleratorRequest, AcceleratorSlice, DeviceClaim } from './accelerator-request.ts';
export { TpuGeneration, type TpuOptions } from './accelerator-tpu.ts';
export * from './capacity.ts';
export * from './checkpoint.ts';
export * from './cluster-platform.ts';
export * from './data-source.ts';
export * from './distributed-training-job.ts';
export { Framework, type FrameworkSpec } from './framework.ts';
export * from './gang-scheduler.ts';
export * from './gpu-sharing.ts';
export type { JaxProps } from './jax.ts';
export * from './job-volume.ts';
export {
  ConfigMap,
  type ContainerResources,
  Cpu,
  EnvValue,
  Namespace,
  Secret,
  ServiceAccount,
} from './k8s.ts';
export * from './ml-platform.ts';
export type { MpiProps } from './mpi.ts';
export type { AcceleratorQuota, NamespaceQuota } from './namespace-quota.ts';
export * from './node-placement.ts';
export type { NodeAccelerators, NodeAllocatable, NodePool, NodeTaint } from './node-pool.ts';
export type { PaddleElasticProps, PaddleProps } from './paddle.ts';
export type { ElasticProps, PyTorchProps } from './pytorch.ts';
export * from './queue.ts';
export type { ReplicaProps, RestartPolicy, WorkerProps } from './replica.ts';
export type { CleanPodPolicy, RunPolicyProps } from './run-policy.ts';
export * from './runtime-gang.ts';
export type { RuntimeJobProps, RuntimeReference } from './runtime-job.ts';
export * from './runtime-policy.ts';
export * from './synth.ts';
export type { TensorFlowProps } from './tensorflow.ts';
export * from './topology.ts';
export * from './training-runtime.ts';
export * from './training-runtimes.ts';
export type { XGBoostProps } from './xgboost.ts';
