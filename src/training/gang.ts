import { NATIVE_POD_GROUP, SCHEDULER_PLUGINS_POD_GROUP, VOLCANO_POD_GROUP } from '../api/kinds.ts';
import { apiVersionOf, type Kind, type KubeObject } from '../api/kube.ts';
import {
  SCHEDULER_PLUGINS_GROUP_LABEL,
  VOLCANO_GROUP_ANNOTATION,
  VOLCANO_QUEUE_ANNOTATION,
  VOLCANO_TASK_ANNOTATION,
} from '../api/labels.ts';
import { addQuantities } from '../api/quantity.ts';
import { type Job, type Replica, totalReplicas } from './job.ts';
import type { JobKind } from './job-kind.ts';
import { ownedBy } from './ownership.ts';

/** What a pod carries so that its scheduler counts it to the group. */
export interface GangMark {
  /** For pods whose template names no scheduler. @default - the cluster's own */
  readonly schedulerName?: string;
  /** Further fields of the pod's spec. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A scheduler that starts all pods of a job together or none. */
export interface GangScheduler {
  /** Of the group object, which is named as the job. */
  readonly kind: Kind;
  /** `never` where the group cannot be changed once it is made. */
  readonly update: 'never' | 'patch';
  group(kind: JobKind, job: Job): KubeObject;
  mark(job: Job, replica: Replica): GangMark;
  /** Whether pods may be made, given the group as observed. */
  admits(group: KubeObject | undefined): boolean;
}

/** @param name `volcano`, `native` (Kubernetes' own), or the name of a scheduler with scheduler-plugins' co-scheduling. */
export function gangScheduler(name: string | undefined): GangScheduler | undefined {
  if (!name) return undefined;
  if (name === 'native') return native;
  return name === 'volcano' ? volcano : schedulerPlugins(name);
}

const volcano: GangScheduler = {
  kind: VOLCANO_POD_GROUP,
  update: 'patch',
  group: (kind, job) => {
    const policy = job.runPolicy.schedulingPolicy;
    return groupObject(VOLCANO_POD_GROUP, kind, job, {
      minMember: minMember(job),
      minResources: minResources(job),
      queue: policy?.queue || job.object.metadata.annotations?.[VOLCANO_QUEUE_ANNOTATION] || 'default',
      ...(policy?.priorityClass ? { priorityClassName: policy.priorityClass } : {}),
    });
  },
  mark: (job, replica) => ({
    schedulerName: 'volcano',
    annotations: { [VOLCANO_GROUP_ANNOTATION]: job.name, [VOLCANO_TASK_ANNOTATION]: replica.type.toLowerCase() },
  }),
  admits: (group) => {
    const phase = (group?.status as { phase?: string } | undefined)?.phase;
    return phase !== undefined && phase !== '' && phase !== 'Pending';
  },
};

const schedulerPlugins = (schedulerName: string): GangScheduler => ({
  kind: SCHEDULER_PLUGINS_POD_GROUP,
  update: 'patch',
  group: (kind, job) => {
    const timeout = job.runPolicy.schedulingPolicy?.scheduleTimeoutSeconds;
    const resources = minResources(job);
    return groupObject(SCHEDULER_PLUGINS_POD_GROUP, kind, job, {
      minMember: minMember(job),
      ...(Object.keys(resources).length > 0 ? { minResources: resources } : {}),
      ...(timeout === undefined ? {} : { scheduleTimeoutSeconds: timeout }),
    });
  },
  mark: (job) => ({ schedulerName, labels: { [SCHEDULER_PLUGINS_GROUP_LABEL]: job.name } }),
  admits: () => true,
});

/** The size is fixed when the group is made: a job that is scaled keeps the group it started with. */
const native: GangScheduler = {
  kind: NATIVE_POD_GROUP,
  update: 'never',
  group: (kind, job) => {
    const priority = job.runPolicy.schedulingPolicy?.priorityClass;
    return groupObject(NATIVE_POD_GROUP, kind, job, {
      schedulingPolicy: { gang: { minCount: minMember(job) } },
      ...(priority ? { priorityClassName: priority } : {}),
    });
  },
  mark: (job) => ({ spec: { schedulingGroup: { podGroupName: job.name } } }),
  admits: () => true,
};

function groupObject(groupKind: Kind, kind: JobKind, job: Job, spec: object): KubeObject {
  const annotations = job.object.metadata.annotations;
  return {
    apiVersion: apiVersionOf(groupKind),
    kind: groupKind.kind,
    metadata: {
      name: job.name,
      namespace: job.namespace,
      ...(annotations ? { annotations } : {}),
      ownerReferences: ownedBy(kind, job),
    },
    spec,
  };
}

const minMember = (job: Job): number => job.runPolicy.schedulingPolicy?.minAvailable ?? totalReplicas(job);

/** What the job asks for, or the sum over its first pods that must start together. */
function minResources(job: Job): Readonly<Record<string, string>> {
  const asked = job.runPolicy.schedulingPolicy?.minResources;
  if (asked) return Object.fromEntries(Object.entries(asked).map(([name, amount]) => [name, String(amount)]));
  const sum: Record<string, string> = {};
  const pods = job.replicas.flatMap((replica) => Array.from({ length: replica.count }, () => replica));
  for (const replica of pods.slice(0, minMember(job))) {
    for (const container of replica.template.spec?.containers ?? []) {
      for (const [name, amount] of Object.entries({
        ...container.resources?.limits,
        ...container.resources?.requests,
      })) {
        sum[name] = addQuantities(sum[name] ?? '0', String(amount));
      }
    }
  }
  return sum;
}
