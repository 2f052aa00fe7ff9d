import type { MergeSchema } from '../merge-schema.ts';
import { AUTOSCALING_TYPES } from './autoscaling.ts';
import { CONTAINERS_TYPES } from './containers.ts';
import { CORE_TYPES } from './core.ts';
import { CUSTOM_RESOURCES_TYPES } from './custom-resources.ts';
import { META_TYPES } from './meta.ts';
import { TypeReader } from './notation.ts';
import { PODS_TYPES } from './pods.ts';
import { VOLUMES_TYPES } from './volumes.ts';
import { WORKLOADS_TYPES } from './workloads.ts';

/** The kinds of Kubernetes' own that have a merge schema, by apiVersion. */
export const BUILTIN_KINDS: Readonly<Record<string, readonly string[]>> = {
  v1: [
    'ConfigMap',
    'Event',
    'LimitRange',
    'Namespace',
    'Node',
    'PersistentVolumeClaim',
    'Pod',
    'PodTemplate',
    'ResourceQuota',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  'apiextensions.k8s.io/v1': ['CustomResourceDefinition'],
  'apps/v1': ['Deployment'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'batch/v1': ['Job'],
  'coordination.k8s.io/v1': ['Lease'],
  'events.k8s.io/v1': ['Event'],
  'networking.k8s.io/v1': ['NetworkPolicy'],
  'policy/v1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  'scheduling.k8s.io/v1': ['PriorityClass'],
  'scheduling.k8s.io/v1alpha2': ['PodGroup'],
};

const TYPES = new TypeReader(
  META_TYPES,
  CONTAINERS_TYPES,
  PODS_TYPES,
  VOLUMES_TYPES,
  CORE_TYPES,
  WORKLOADS_TYPES,
  AUTOSCALING_TYPES,
  CUSTOM_RESOURCES_TYPES,
);

/** How objects of one of Kubernetes' own kinds merge; undefined for kinds that are not in the table. */
export function builtinMergeSchema(apiVersion: string, kind: string): MergeSchema | undefined {
  if (!BUILTIN_KINDS[apiVersion]?.includes(kind)) return undefined;
  return TYPES.type(apiVersion === 'events.k8s.io/v1' ? `Events${kind}` : kind);
}

/** How the metadata of any object merges. */
export const objectMetaSchema = (): MergeSchema => TYPES.type('ObjectMeta');

/** The name of a built-in type, as the tables give it; undefined for everything else. */
export const builtinTypeName = (schema: MergeSchema): string | undefined => TYPES.nameOf(schema);
