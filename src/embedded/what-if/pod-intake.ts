import type { JsonObject } from '../../api/json.ts';
import { POD } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import { timestamp } from '../../api/timestamp.ts';
import { ApiError } from '../../runtime/client.ts';
import type { Instant } from '../../runtime/environment.ts';
import { limitRanger } from '../admission/limit-range.ts';
import { podPriority } from '../admission/pod-admission.ts';
import type { AdmissionView } from '../admission/step.ts';
import { LIMIT_RANGE, PRIORITY_CLASS } from '../builtin/kinds.ts';
import { defaultPodSpec } from '../builtin/pod-defaults.ts';
import { BUILTIN_RESOURCES } from '../builtin/resources.ts';
import { type Resource, resourceId } from '../resource.ts';

const PODS = BUILTIN_RESOURCES.find(({ kind }) => kind === POD) as Resource;

/** What an API server makes of a new pod: defaults, LimitRanges and priorities. */
export class PodIntake {
  readonly #view: AdmissionView;
  #made = 0;

  constructor(objects: readonly KubeObject[]) {
    const tables = new Map<string, readonly KubeObject[]>(
      [LIMIT_RANGE, PRIORITY_CLASS].map((kind) => [
        resourceId(kind),
        objects.filter((object) => object.kind === kind.kind),
      ]),
    );
    this.#view = { get: () => undefined, list: (table) => tables.get(table) ?? [] };
  }

  /** @throws ApiError when it would be refused */
  admit(pod: KubeObject, now: Instant): KubeObject {
    const request = { operation: 'CREATE', resource: PODS, now } as const;
    const steps = [limitRanger, podPriority];
    const admitted = steps.reduce((object, { mutate }) => mutate?.(object, request, this.#view) ?? object, {
      ...pod,
      metadata: { ...pod.metadata, uid: `pod-${++this.#made}`, creationTimestamp: timestamp(now) },
      spec: defaultPodSpec(pod.spec as JsonObject),
    } as KubeObject);
    for (const { validate } of steps) validate?.({ ...request, object: admitted }, this.#view);
    return admitted;
  }

  /** The priority that pods of a class have; undefined when there is no such class. */
  priorityOf(priorityClassName: string | undefined): number | undefined {
    try {
      return this.#priorityOf(priorityClassName);
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }

  #priorityOf(priorityClassName: string | undefined): number {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: '' }, spec: { priorityClassName } };
    const admitted = podPriority.mutate?.(pod, { operation: 'CREATE', resource: PODS, now: 0 }, this.#view);
    return Number(((admitted?.spec ?? {}) as JsonObject).priority ?? 0);
  }
}
