import type { KubeObject } from '../../api/kube.ts';
import { deepEqual } from '../../runtime/json.ts';
import type { FieldError, Strategy } from '../strategy.ts';
import { forbidden } from '../structural/field-errors.ts';
import { defaultPodSpec } from './pod-defaults.ts';
import { podErrors } from './pod-validation.ts';
import { qosClassOf } from './qos.ts';

type Fields = Readonly<Record<string, unknown>>;
export type PodObject = KubeObject & { readonly spec?: Fields; readonly status?: Fields };

const DEFAULT_GRACE_SECONDS = 30;
const ENDED = new Set(['Succeeded', 'Failed']);

/** Pods, as kube-apiserver keeps them. */
export const podStrategy: Strategy = {
  decode: (object) => ({ object: { ...object, spec: defaultPodSpec((object.spec ?? {}) as Fields) }, unknown: [] }),
  prepareForCreate: (object) => ({
    ...object,
    status: { phase: 'Pending', qosClass: qosClassOf((object as PodObject).spec ?? {}) },
  }),
  prepareForUpdate: (next, previous) => ({ ...next, status: previous.status }),
  prepareForStatusUpdate: (next, previous) => {
    const { ownerReferences } = previous.metadata;
    const { ownerReferences: _, ...metadata } = next.metadata;
    return {
      ...next,
      metadata: { ...metadata, ...(ownerReferences && { ownerReferences }) },
      spec: previous.spec,
      status: withQos(next.status as Fields | undefined, previous.status as Fields | undefined),
    };
  },
  validate: (next, previous, earlier) => [
    ...earlier,
    ...podErrors(next as PodObject),
    ...(previous ? updateErrors(next, previous) : []),
  ],
  gracePeriodSeconds: (object, requested) => {
    const { spec = {}, status = {} } = object as PodObject;
    if (!spec.nodeName || ENDED.has(String(status.phase))) return 0;
    return requested ?? Number(spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS);
  },
  generation: 'spec',
};

/** The class follows from the spec; a node that leaves it out does not take it away. */
function withQos(status: Fields | undefined, previous: Fields | undefined): Fields {
  const qosClass = status?.qosClass ?? previous?.qosClass;
  return { ...status, ...(qosClass !== undefined && { qosClass }) };
}

const CHANGEABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function updateErrors(next: KubeObject, previous: KubeObject): readonly FieldError[] {
  const before = previous.spec as Fields;
  const after = next.spec as Fields;
  if (deepEqual(before, after) || deepEqual(frozen(before), frozen(after))) return deadlineErrors(before, after);
  return [forbidden('spec', CHANGEABLE)];
}

function deadlineErrors(before: Fields, after: Fields): readonly FieldError[] {
  const [was, is] = [before.activeDeadlineSeconds, after.activeDeadlineSeconds];
  if (was === undefined || was === is) return [];
  if (is === undefined)
    return [forbidden('spec.activeDeadlineSeconds', 'must not update from a positive integer to nil value')];
  return Number(is) < Number(was)
    ? []
    : [forbidden('spec.activeDeadlineSeconds', 'must be less than or equal to previous value')];
}

/** The spec without what an update may change. */
function frozen(spec: Fields): Fields {
  const images = (containers: unknown) =>
    (Array.isArray(containers) ? containers : []).map(({ image: _, ...rest }) => rest);
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, schedulingGates: _gates, ...rest } = spec;
  return { ...rest, containers: images(spec.containers), initContainers: images(spec.initContainers) };
}
