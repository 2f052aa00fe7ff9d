import { type JsonObject, objectsOf } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { hasEnded } from '../../api/pod-phase.ts';
import { timestamp } from '../../api/timestamp.ts';
import { deepEqual } from '../../runtime/json.ts';
import { qosClassOf } from '../qos.ts';
import type { FieldError, Strategy } from '../strategy.ts';
import { forbidden, invalid } from '../structural/field-errors.ts';
import { defaultPodSpec } from './pod-defaults.ts';
import { gateErrors as heldBack, podSpecErrors } from './pod-validation.ts';

export type PodObject = KubeObject & { readonly spec?: JsonObject; readonly status?: JsonObject };

const DEFAULT_GRACE_SECONDS = 30;
const GATED = {
  type: 'PodScheduled',
  status: 'False',
  lastProbeTime: null,
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

/** Pods, as kube-apiserver keeps them. */
export const podStrategy: Strategy = {
  decode: (object) => ({
    object: {
      ...object,
      spec: defaultPodSpec((object.spec ?? {}) as JsonObject),
      ...(object.status !== undefined && { status: withAddresses(object.status as JsonObject) }),
    },
    unknown: [],
  }),
  prepareForCreate: (object, { now }) => {
    const spec = (object as PodObject).spec ?? {};
    const gated = objectsOf(spec.schedulingGates).length > 0;
    return {
      ...object,
      ...(Number(spec.terminationGracePeriodSeconds) < 0 && { spec: { ...spec, terminationGracePeriodSeconds: 1 } }),
      status: {
        phase: 'Pending',
        ...(gated && { conditions: [{ ...GATED, lastTransitionTime: timestamp(now) }] }),
        qosClass: qosClassOf(spec),
      },
    };
  },
  prepareForUpdate: (next, previous) => ({ ...next, status: previous.status }),
  prepareForStatusUpdate: (next, previous) => {
    const { ownerReferences, deletionTimestamp } = previous.metadata;
    const { ownerReferences: _, deletionTimestamp: __, ...metadata } = next.metadata;
    return {
      ...next,
      metadata: {
        ...metadata,
        ...(ownerReferences && { ownerReferences }),
        ...(deletionTimestamp && { deletionTimestamp }),
      },
      spec: previous.spec,
      status: withQos(next.status as JsonObject | undefined, previous.status as JsonObject | undefined),
    };
  },
  validate: (next, previous, earlier) => [
    ...earlier,
    ...podSpecErrors((next as PodObject).spec ?? {}),
    ...(previous ? updateErrors(next, previous) : heldBack(next as PodObject)),
  ],
  gracePeriodSeconds: (object, requested) => {
    const { spec = {}, status = {} } = object as PodObject;
    if (!spec.nodeName || hasEnded({ status })) return 0;
    return requested ?? Number(spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS);
  },
  generation: 'spec',
};

/** A pod's address is told twice. */
function withAddresses(status: JsonObject): JsonObject {
  const first = objectsOf(status.podIPs)[0]?.ip;
  if (first !== undefined) return status.podIP === first ? status : { ...status, podIP: first };
  return status.podIP ? { ...status, podIPs: [{ ip: status.podIP }] } : status;
}

/** The class follows from the spec; a node that leaves it out does not take it away. */
function withQos(status: JsonObject | undefined, previous: JsonObject | undefined): JsonObject {
  const qosClass = status?.qosClass ?? previous?.qosClass;
  return { ...status, ...(qosClass !== undefined && { qosClass }) };
}

const CHANGEABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function updateErrors(next: KubeObject, previous: KubeObject): readonly FieldError[] {
  const [before, after] = [previous.spec as JsonObject, next.spec as JsonObject];
  for (const field of ['containers', 'initContainers']) {
    if (objectsOf(before[field]).length === objectsOf(after[field]).length) continue;
    return [forbidden(`spec.${field}`, 'pod updates may not add or remove containers')];
  }
  const deadline = deadlineErrors(before.activeDeadlineSeconds, after.activeDeadlineSeconds);
  if (deadline.length > 0 && after.activeDeadlineSeconds !== undefined) return deadline;
  const errors = [
    ...deadline,
    ...tolerationErrors(objectsOf(before.tolerations), objectsOf(after.tolerations)),
    ...gateErrors(before, after),
  ];
  if (deepEqual(before, after) || deepEqual(frozen(before), frozen(after, before))) return errors;
  return [...errors, forbidden('spec', CHANGEABLE)];
}

function deadlineErrors(was: unknown, is: unknown): readonly FieldError[] {
  const field = 'spec.activeDeadlineSeconds';
  if (is === undefined) {
    return was === undefined ? [] : [invalid(field, null, 'must not update from a positive integer to nil value')];
  }
  if (Number(is) < 0) return [invalid(field, is, `must be between 0 and ${2 ** 31 - 1}, inclusive`)];
  return was !== undefined && Number(was) < Number(is)
    ? [invalid(field, is, 'must be less than or equal to previous value')]
    : [];
}

function tolerationErrors(before: readonly JsonObject[], after: readonly JsonObject[]): readonly FieldError[] {
  const alike = (a: JsonObject, b: JsonObject) =>
    deepEqual({ ...a, tolerationSeconds: 0 }, { ...b, tolerationSeconds: 0 });
  return before.every((old) => after.some((next) => alike(old, next)))
    ? []
    : [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function gateErrors(before: JsonObject, after: JsonObject): readonly FieldError[] {
  const known = new Set(objectsOf(before.schedulingGates).map(({ name }) => name));
  return objectsOf(after.schedulingGates).flatMap(({ name }, index) =>
    known.has(name)
      ? []
      : [
          forbidden(
            `spec.schedulingGates[${index}].name`,
            `only deletion is allowed, but found new scheduling gate '${name}'`,
          ),
        ],
  );
}

/** The spec without what an update may change. */
function frozen(spec: JsonObject, before: JsonObject = spec): JsonObject {
  const images = (containers: unknown) =>
    (Array.isArray(containers) ? containers : []).map(({ image: _, ...rest }) => rest);
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, schedulingGates: _gates, ...rest } = spec;
  const gated = objectsOf(before.schedulingGates).length > 0;
  return {
    ...rest,
    ...(gated && { nodeSelector: before.nodeSelector }),
    containers: images(spec.containers),
    initContainers: images(spec.initContainers),
  };
}
