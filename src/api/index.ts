import { type CustomResourceDefinition, crdOf, type ResourceDefinition } from './crd.ts';
import { JOB_SET_DEFINITION } from './jobset.ts';
import { TRAINING_JOB_DEFINITIONS } from './kubeflow-org.ts';
import { TRAIN_JOB_DEFINITION } from './train-job.ts';
import { CLUSTER_TRAINING_RUNTIME_DEFINITION, TRAINING_RUNTIME_DEFINITION } from './training-runtime.ts';

export { RESTART_SCOPES, type RestartScope } from './attempts.ts';
export { type CheckpointPolicy, CLAIM_ACCESS_MODES } from './checkpoint.ts';
export * from './crd.ts';
export * from './job.ts';
export * from './job-template.ts';
export * from './jobset.ts';
export * from './kinds.ts';
export * from './kube.ts';
export * from './kubeflow-org.ts';
export * from './labels.ts';
export * from './meta-condition.ts';
export { CACHE_INITIALIZER, KNOWN_RUNTIMES, OPTIONAL_RUNTIMES } from './optional-runtimes.ts';
export * from './persistent-volume-claim.ts';
export * from './pod-template.ts';
export * from './runtime-patch.ts';
export type { CelRule } from './schema.ts';
export { SHIPPED_RUNTIMES, TRAINER_VERSION } from './shipped-runtimes.ts';
export * from './structural.ts';
export * from './train-job.ts';
export * from './training-runtime.ts';
export * from './versions.ts';

/** The kinds of `trainer.kubeflow.org`. */
export const TRAINER_DEFINITIONS: readonly ResourceDefinition[] = [
  TRAIN_JOB_DEFINITION,
  TRAINING_RUNTIME_DEFINITION,
  CLUSTER_TRAINING_RUNTIME_DEFINITION,
];

/** Every kind this project brings to a cluster. */
export const DEFINITIONS: readonly ResourceDefinition[] = [
  ...TRAINING_JOB_DEFINITIONS,
  JOB_SET_DEFINITION,
  ...TRAINER_DEFINITIONS,
];

/** Their CustomResourceDefinitions, sorted by name. */
export function allCrds(): readonly CustomResourceDefinition[] {
  return DEFINITIONS.map(crdOf).sort((a, b) => (a.metadata.name ?? '').localeCompare(b.metadata.name ?? ''));
}
