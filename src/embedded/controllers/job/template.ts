import {
  COMPLETION_INDEX_ANNOTATION,
  COMPLETION_INDEX_VARIABLE,
  isIndexed,
  JOB_TRACKING_FINALIZER,
  type Job,
} from '../../../api/batch.ts';
import type { JsonObject } from '../../../api/json.ts';
import type { KubeObject, OwnerReference } from '../../../api/kube.ts';
import { LONGEST_BASE } from '../../object-meta.ts';

/** What makes the pod of one index different from others. */
export interface PodOfIndex {
  readonly index: number;
  /** How often the index failed before, where that is limited. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The pod that a Job makes next. */
export function podOf(job: Job, of?: PodOfIndex): KubeObject {
  const { metadata = {}, spec } = job.spec.template;
  const { namespace, name = '' } = job.metadata;
  const { finalizers = [] } = metadata;
  const own = of && { [COMPLETION_INDEX_ANNOTATION]: String(of.index) };
  const annotations = { ...metadata.annotations, ...own, ...of?.annotations };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: of ? indexedBase(name, of.index) : `${name}-`,
      ...(namespace && { namespace }),
      labels: { ...metadata.labels, ...own },
      ...(Object.keys(annotations).length > 0 && { annotations }),
      finalizers: finalizers.includes(JOB_TRACKING_FINALIZER) ? finalizers : [...finalizers, JOB_TRACKING_FINALIZER],
      ownerReferences: [ownerReference(job)],
    },
    spec: {
      ...(isIndexed(job.spec) ? withIndexVariable(spec) : spec),
      ...(of && { hostname: `${name}-${of.index}` }),
    },
  };
}

export const ownerReference = ({ metadata }: Job): OwnerReference => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  name: metadata.name ?? '',
  uid: metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});

/** Long names lose their end, not their index. */
function indexedBase(name: string, index: number): string {
  const suffix = `-${index}-`;
  return name.slice(0, LONGEST_BASE - suffix.length) + suffix;
}

function withIndexVariable(spec: JsonObject): JsonObject {
  const told = (containers: unknown) => (containers as readonly JsonObject[]).map(withVariable);
  return {
    ...spec,
    containers: told(spec.containers ?? []),
    ...(spec.initContainers !== undefined && { initContainers: told(spec.initContainers) }),
  };
}

function withVariable(container: JsonObject): JsonObject {
  const env = (container.env ?? []) as readonly { readonly name: string }[];
  if (env.some(({ name }) => name === COMPLETION_INDEX_VARIABLE)) return container;
  const fieldRef = { fieldPath: `metadata.labels['${COMPLETION_INDEX_ANNOTATION}']` };
  return { ...container, env: [...env, { name: COMPLETION_INDEX_VARIABLE, valueFrom: { fieldRef } }] };
}
