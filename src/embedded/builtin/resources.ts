import {
  CONFIG_MAP,
  CUSTOM_RESOURCE_DEFINITION,
  EVENT,
  HORIZONTAL_POD_AUTOSCALER,
  JOB,
  LEASE,
  NAMESPACE,
  NATIVE_POD_GROUP,
  NODE,
  POD,
  SERVICE,
} from '../../api/kinds.ts';
import { apiVersionOf, type Kind, type KubeObject } from '../../api/kube.ts';
import { builtinMergeSchema } from '../patch/builtin/index.ts';
import { type Resource, resourceId, type SelectableField } from '../resource.ts';
import type { Strategy } from '../strategy.ts';
import { configMapStrategy } from './config-map.ts';
import { crdStrategy } from './custom-resource-definition.ts';
import { decodeBuiltin } from './decode.ts';
import { coreEventFields, coreEventStrategy, eventConversion, newEventFields, newEventStrategy } from './event.ts';
import { finalizerErrors } from './finalizers.ts';
import { jobStrategy } from './job/index.ts';
import {
  CLUSTER_ROLE,
  CLUSTER_ROLE_BINDING,
  CORE_EVENT,
  LIMIT_RANGE,
  NETWORK_POLICY,
  PERSISTENT_VOLUME_CLAIM,
  POD_DISRUPTION_BUDGET,
  PRIORITY_CLASS,
  RESOURCE_QUOTA,
  ROLE,
  ROLE_BINDING,
  SECRET,
  SERVICE_ACCOUNT,
} from './kinds.ts';
import { leaseStrategy } from './lease.ts';
import { limitRangeStrategy } from './limit-range.ts';
import { namespaceStrategy } from './namespace.ts';
import { networkPolicyStrategy } from './network-policy.ts';
import { podStrategy } from './pod.ts';
import { roleBindingStrategy, roleStrategy } from './rbac.ts';
import { secretStrategy } from './secret.ts';
import { serviceStrategy } from './service.ts';

interface Extras extends Partial<Omit<Resource, 'kind' | 'strategy'>> {
  readonly strategy?: Strategy;
}

/** Kinds whose finalizers need no domain. */
const LAX_FINALIZERS = new Set([CORE_EVENT, LEASE]);

function resource(kind: Kind, extras: Extras = {}): Resource {
  const mergeSchema = builtinMergeSchema(apiVersionOf(kind), kind.kind);
  if (!mergeSchema) throw new Error(`no types are known of ${apiVersionOf(kind)} ${kind.kind}`);
  const { strategy = {}, ...more } = extras;
  const { decode } = strategy;
  const ownFinalizers = ({ metadata }: KubeObject) => (LAX_FINALIZERS.has(kind) ? [] : finalizerErrors(metadata));
  return {
    kind,
    table: resourceId(kind),
    singular: kind.kind.toLowerCase(),
    statusSubresource: false,
    custom: false,
    mergeSchema,
    ...more,
    strategy: {
      ...strategy,
      decode: (object) => {
        const read = decodeBuiltin(mergeSchema, object, kind.kind);
        return decode ? { ...read, object: decode(read.object).object } : read;
      },
      validate: (next, previous, earlier) => {
        const all = [...earlier, ...ownFinalizers(next)];
        return strategy.validate?.(next, previous, all) ?? all;
      },
      validateStatus: (next, previous, earlier) => {
        const all = [...earlier, ...ownFinalizers(next)];
        return strategy.validateStatus?.(next, previous, all) ?? all;
      },
    },
  };
}

const at = (object: KubeObject, ...path: readonly string[]): string => {
  const value = path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], object);
  return value === undefined || value === null ? '' : String(value);
};

const field = (...path: readonly string[]): SelectableField => ({
  label: path.join('.'),
  value: (object) => at(object, ...path),
});

const POD_FIELDS: readonly SelectableField[] = [
  field('spec', 'nodeName'),
  field('spec', 'restartPolicy'),
  field('spec', 'schedulerName'),
  field('spec', 'serviceAccountName'),
  { label: 'spec.hostNetwork', value: (pod) => at(pod, 'spec', 'hostNetwork') || 'false' },
  field('status', 'phase'),
  field('status', 'podIP'),
  field('status', 'nominatedNodeName'),
];

/** Kubernetes' own resources, as far as the embedded cluster serves them. */
export const BUILTIN_RESOURCES: readonly Resource[] = [
  resource(POD, {
    strategy: podStrategy,
    statusSubresource: true,
    shortNames: ['po'],
    categories: ['all'],
    selectableFields: POD_FIELDS,
    returnsDeleted: true,
  }),
  resource(SERVICE, {
    strategy: serviceStrategy,
    statusSubresource: true,
    shortNames: ['svc'],
    createOnUpdate: true,
    categories: ['all'],
    selectableFields: [field('spec', 'clusterIP'), field('spec', 'type')],
    returnsDeleted: true,
  }),
  resource(NAMESPACE, {
    strategy: namespaceStrategy,
    statusSubresource: true,
    shortNames: ['ns'],
    selectableFields: [field('status', 'phase')],
    returnsDeleted: true,
  }),
  resource(NODE, {
    statusSubresource: true,
    shortNames: ['no'],
    selectableFields: [{ label: 'spec.unschedulable', value: (node) => at(node, 'spec', 'unschedulable') || 'false' }],
  }),
  resource(CONFIG_MAP, { strategy: configMapStrategy, shortNames: ['cm'] }),
  resource(SECRET, { strategy: secretStrategy, selectableFields: [field('type')] }),
  resource(SERVICE_ACCOUNT, { shortNames: ['sa'], returnsDeleted: true }),
  resource(CORE_EVENT, {
    shortNames: ['ev'],
    createOnUpdate: true,
    selectableFields: coreEventFields,
    strategy: coreEventStrategy,
  }),
  resource(EVENT, {
    table: resourceId(CORE_EVENT),
    shortNames: ['ev'],
    createOnUpdate: true,
    selectableFields: newEventFields,
    conversion: eventConversion,
    strategy: newEventStrategy,
  }),
  resource(RESOURCE_QUOTA, { statusSubresource: true, shortNames: ['quota'], returnsDeleted: true }),
  resource(LIMIT_RANGE, { strategy: limitRangeStrategy, shortNames: ['limits'], createOnUpdate: true }),
  resource(PERSISTENT_VOLUME_CLAIM, { statusSubresource: true, shortNames: ['pvc'], returnsDeleted: true }),
  resource(LEASE, { strategy: leaseStrategy, unconditionalUpdate: false, createOnUpdate: true }),
  resource(PRIORITY_CLASS, { shortNames: ['pc'] }),
  resource(POD_DISRUPTION_BUDGET, {
    unconditionalUpdate: false,
    statusSubresource: true,
    shortNames: ['pdb'],
    strategy: { generation: 'spec' },
  }),
  resource(NETWORK_POLICY, { shortNames: ['netpol'], strategy: networkPolicyStrategy }),
  resource(HORIZONTAL_POD_AUTOSCALER, { statusSubresource: true, shortNames: ['hpa'], categories: ['all'] }),
  resource(JOB, {
    strategy: jobStrategy,
    statusSubresource: true,
    categories: ['all'],
    selectableFields: [{ label: 'status.successful', value: (job) => at(job, 'status', 'succeeded') || '0' }],
  }),
  resource(NATIVE_POD_GROUP, { statusSubresource: true, strategy: { generation: 'spec' } }),
  resource(ROLE, { strategy: roleStrategy(true), createOnUpdate: true }),
  resource(ROLE_BINDING, { strategy: roleBindingStrategy(true), createOnUpdate: true }),
  resource(CLUSTER_ROLE, { strategy: roleStrategy(false), createOnUpdate: true }),
  resource(CLUSTER_ROLE_BINDING, { strategy: roleBindingStrategy(false), createOnUpdate: true }),
  resource(CUSTOM_RESOURCE_DEFINITION, {
    statusSubresource: true,
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    strategy: crdStrategy,
  }),
];
