import { type FieldSet, NO_FIELDS } from './field-set.ts';

const SPEC: FieldSet = { 'f:spec': NO_FIELDS };
const STATUS: FieldSet = { 'f:status': NO_FIELDS };
const META_AND_SPEC: FieldSet = { 'f:metadata': NO_FIELDS, 'f:spec': NO_FIELDS };

/** Built-in kinds whose status is a subresource, with what a write to that subresource leaves alone. */
const STATUS_RESETS: Readonly<Record<string, FieldSet>> = {
  'v1/Namespace': SPEC,
  'v1/Node': SPEC,
  'v1/PersistentVolumeClaim': SPEC,
  'v1/Pod': {
    'f:metadata': { 'f:deletionTimestamp': NO_FIELDS, 'f:ownerReferences': NO_FIELDS },
    'f:spec': NO_FIELDS,
  },
  'v1/ResourceQuota': SPEC,
  'v1/Service': SPEC,
  'apiextensions.k8s.io/v1/CustomResourceDefinition': SPEC,
  'apps/v1/Deployment': { 'f:metadata': { 'f:labels': NO_FIELDS }, 'f:spec': NO_FIELDS },
  'autoscaling/v2/HorizontalPodAutoscaler': SPEC,
  'batch/v1/Job': SPEC,
  'policy/v1/PodDisruptionBudget': SPEC,
  'scheduling.k8s.io/v1alpha2/PodGroup': META_AND_SPEC,
};

/**
 * The fields that a write to one endpoint of a resource cannot change, and that nobody comes to own through it.
 * @param custom tells of a custom resource; `withStatus` whether its status is a subresource
 */
export function resetFields(
  resource: { readonly apiVersion: string; readonly kind: string; readonly custom?: { readonly withStatus: boolean } },
  subresource: string | undefined,
): FieldSet | undefined {
  const { custom } = resource;
  const onStatus = custom
    ? custom.withStatus
      ? META_AND_SPEC
      : undefined
    : STATUS_RESETS[`${resource.apiVersion}/${resource.kind}`];
  if (!onStatus) return undefined;
  if (subresource === undefined || subresource === '') return STATUS;
  return subresource === 'status' ? onStatus : undefined;
}
