import { POD } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import { badRequest, conflict } from '../errors.ts';
import { instantText } from '../instant.ts';
import type { Subresource, SubresourceWrite } from './subresource.ts';

interface Binding {
  readonly target?: { readonly kind?: string; readonly name?: string };
  readonly metadata?: { readonly uid?: string; readonly annotations?: Readonly<Record<string, string>> };
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
    const { target, metadata } = body as Binding;
    const pod = server.get(POD, ref);
    if (!target?.name) throw badRequest('target.name: Required value');
    const spec = pod.spec as { readonly nodeName?: string };
    if (metadata?.uid !== undefined && metadata.uid !== pod.metadata.uid) {
      throw conflict(
        POD,
        ref.name,
        `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${pod.metadata.uid}`,
      );
    }
    if (pod.metadata.deletionTimestamp !== undefined) {
      throw conflict(
        { ...POD, plural: 'pods/binding' },
        ref.name,
        `pod ${ref.name} is being deleted, cannot be assigned to a host`,
      );
    }
    if (spec.nodeName) {
      throw conflict(
        { ...POD, plural: 'pods/binding' },
        ref.name,
        `pod ${ref.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`,
      );
    }
    if (request.dryRun) return success();
    server.amend(POD, ref, (current) => ({
      ...current,
      spec: { ...(current.spec as object), nodeName: target.name },
      status: withCondition(current.status, {
        type: 'PodScheduled',
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: instantText(context.now),
      }),
    }));
    return success();
  },
};

/** A status with a condition set; its place among the others is kept. */
export function withCondition(status: unknown, condition: Condition): object {
  const before = (status ?? {}) as { readonly conditions?: readonly Condition[] };
  const others = before.conditions ?? [];
  const known = others.some(({ type }) => type === condition.type);
  const conditions = known
    ? others.map((each) => (each.type === condition.type ? condition : each))
    : [...others, condition];
  return { ...before, conditions };
}

/** Deletes a pod as drains do. Disruption budgets are not counted: no controller here keeps them. */
export const eviction: Subresource = {
  name: 'eviction',
  post({ server, ref, body, request }: SubresourceWrite): KubeObject {
    const { deleteOptions = {} } = body as { readonly deleteOptions?: { readonly gracePeriodSeconds?: number } };
    server.delete(POD, ref, { ...deleteOptions, ...(request.dryRun && { dryRun: true }) });
    return success();
  },
};
