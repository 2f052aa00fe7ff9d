import { POD } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import { timestamp } from '../../api/timestamp.ts';
import { ApiError } from '../../runtime/client.ts';
import type { DeleteRequest } from '../deletion.ts';
import { badRequest, conflict } from '../errors.ts';
import type { FieldError } from '../strategy.ts';
import { notSupported, required } from '../structural/field-errors.ts';
import type { Subresource, SubresourceWrite } from './subresource.ts';

interface Binding {
  readonly target?: { readonly kind?: string; readonly name?: string };
  readonly metadata?: {
    readonly name?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

interface Condition {
  readonly type: string;
  readonly [field: string]: unknown;
}

const success = (): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Success', code: 201 }) as KubeObject;

/** Puts a pod on a node, once. */
export const binding: Subresource = {
  name: 'binding',
  post({ server, ref, body, context, request }: SubresourceWrite): KubeObject {
    const { target = {}, metadata = {} } = body as Binding;
    if (metadata.name !== ref.name) throw badRequest('name in URL does not match name in Binding object');
    checkTarget(target);
    const pod = server.get(POD, ref);
    checkUnbound(pod, metadata, request.dryRun === true);
    if (request.dryRun) return success();
    server.amend(POD, ref, (current) => ({
      ...current,
      metadata: {
        ...current.metadata,
        ...(metadata.annotations && { annotations: { ...current.metadata.annotations, ...metadata.annotations } }),
        ...(metadata.labels && { labels: { ...current.metadata.labels, ...metadata.labels } }),
      },
      spec: { ...(current.spec as object), nodeName: target.name },
      status: withCondition(current.status, {
        type: 'PodScheduled',
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: timestamp(context.now),
      }),
    }));
    return success();
  },
};

function checkTarget({ kind = '', name = '' }: NonNullable<Binding['target']>): void {
  const errors: FieldError[] = [];
  if (kind !== '' && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']));
  if (name === '') errors.push(required('target.name'));
  if (errors.length === 0) return;
  const said = errors.map(({ field, message }) => `${field}: ${message}`);
  throw new ApiError(500, '', said.length === 1 ? String(said[0]) : `[${said.join(', ')}]`);
}

function checkUnbound(pod: KubeObject, wanted: NonNullable<Binding['metadata']>, dryRun: boolean): void {
  const { name = '', namespace, uid, resourceVersion, deletionTimestamp } = pod.metadata;
  const mismatch = (what: string, given: string, found = '') =>
    conflict(
      POD,
      name,
      `StorageError: invalid object, Code: 4, Key: ${dryRun ? '' : '/registry'}/pods/${namespace}/${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${what} in precondition: ${given}, ${what} in object meta: ${found}`,
    );
  if (wanted.uid && wanted.uid !== uid) throw mismatch('UID', wanted.uid, uid);
  if (wanted.resourceVersion && wanted.resourceVersion !== resourceVersion) {
    throw mismatch('ResourceVersion', wanted.resourceVersion, resourceVersion);
  }
  const refuse = (why: string) => conflict({ ...POD, plural: 'pods/binding' }, name, `pod ${name} ${why}`);
  const { nodeName, schedulingGates = [] } = pod.spec as { nodeName?: string; schedulingGates?: readonly unknown[] };
  if (deletionTimestamp !== undefined) throw refuse('is being deleted, cannot be assigned to a host');
  if (nodeName) throw refuse(`is already assigned to node ${JSON.stringify(nodeName)}`);
  if (schedulingGates.length > 0) throw refuse('has non-empty .spec.schedulingGates');
}

/** A status with a condition set; its place among the others is kept, and its time when its status is. */
export function withCondition(status: unknown, condition: Condition): object {
  const before = (status ?? {}) as { readonly conditions?: readonly Condition[] };
  const others = before.conditions ?? [];
  const known = others.find(({ type }) => type === condition.type);
  const lastTransitionTime =
    known?.status === condition.status ? known?.lastTransitionTime : condition.lastTransitionTime;
  const set = { ...condition, lastTransitionTime };
  const conditions = known ? others.map((each) => (each === known ? set : each)) : [...others, set];
  return { ...before, conditions };
}

interface Eviction {
  readonly metadata?: { readonly name?: string };
  readonly deleteOptions?: DeleteRequest & {
    readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  };
}

/** Deletes a pod as drains do. Disruption budgets are not counted: no controller here keeps them. */
export const eviction: Subresource = {
  name: 'eviction',
  post({ server, ref, body, request, context }: SubresourceWrite): KubeObject {
    const { metadata = {}, deleteOptions = {} } = body as Eviction;
    if (metadata.name !== ref.name) throw badRequest('name in URL does not match name in Eviction object');
    const { preconditions = {}, ...options } = deleteOptions;
    const pod = server.get(POD, ref);
    if (preconditions.uid !== undefined && preconditions.uid !== pod.metadata.uid) {
      throw conflict(
        { ...POD, plural: 'Pod' },
        ref.name,
        `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${pod.metadata.uid}). The object might have been deleted and then recreated`,
      );
    }
    if (!request.dryRun) {
      server.amend(POD, ref, (current) => ({
        ...current,
        status: withCondition(current.status, {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'EvictionByEvictionAPI',
          message: 'Eviction API: evicting',
          lastProbeTime: null,
          lastTransitionTime: timestamp(context.now),
        }),
      }));
    }
    const { resourceVersion: _, ...rest } = preconditions;
    server.delete(POD, ref, { ...options, ...rest, ...(request.dryRun && { dryRun: true }) });
    return success();
  },
};
