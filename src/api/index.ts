import { type CustomResourceDefinition, crdOf, type ResourceDefinition } from './crd.ts';
import { JOB_SET_DEFINITION } from './jobset.ts';
import { TRAINING_JOB_DEFINITIONS } from './kubeflow-org.ts';

export * from './batch-job.ts';
export * from './crd.ts';
export * from './job.ts';
export * from './jobset.ts';
export * from './kinds.ts';
export * from './kube.ts';
export * from './kubeflow-org.ts';
export * from './labels.ts';
export * from './persistent-volume-claim.ts';
export * from './pod-template.ts';
export type { CelRule } from './schema.ts';
export * from './structural.ts';
export * from './versions.ts';

/** Every kind this project brings to a cluster. */
export const DEFINITIONS: readonly ResourceDefinition[] = [...TRAINING_JOB_DEFINITIONS, JOB_SET_DEFINITION];

/** Their CustomResourceDefinitions, sorted by name. */
export function allCrds(): readonly CustomResourceDefinition[] {
  return DEFINITIONS.map(crdOf).sort((a, b) => (a.metadata.name ?? '').localeCompare(b.metadata.name ?? ''));
}
