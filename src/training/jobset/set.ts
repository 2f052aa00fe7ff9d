import type { BatchJob, JobTemplateSpec } from '../../api/job-template.ts';
import type { JobSet, JobSetFailurePolicy, JobSetSpec, JobSetStatus, ReplicatedJob } from '../../api/jobset.ts';
import type { KubeObject, ObjectMeta } from '../../api/kube.ts';
import type { PodTemplate } from '../../api/pod-template.ts';

/** One replicated job of a set, defaults filled in. */
export interface Role {
  readonly name: string;
  readonly replicas: number;
  readonly group: string;
  readonly metadata: ObjectMeta;
  readonly spec: JobTemplateSpec & { readonly template: PodTemplate };
  readonly dependsOn: NonNullable<ReplicatedJob['dependsOn']>;
  /** The global index of its first Job. */
  readonly offset: number;
  /** The index of its first Job within its group. */
  readonly groupOffset: number;
}

/** A JobSet as the planner sees it: defaults filled in, in memory only. */
export interface JobGroup {
  readonly object: JobSet;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly roles: readonly Role[];
  readonly suspended: boolean;
  readonly subdomain: string;
  /** Whether pods can be reached by their host names. */
  readonly hostnames: boolean;
  readonly publishNotReady: boolean;
  readonly success: NonNullable<JobSetSpec['successPolicy']>;
  readonly failure: JobSetFailurePolicy | undefined;
  /** Whether a rule restarts single Jobs, so that their restarts are to be counted one by one. */
  readonly restartsSingleJobs: boolean;
  readonly inOrder: boolean;
  readonly status: JobSetStatus;
}

/** Fills in what an apiserver stores by itself, for objects that have not been through one. */
export function resolveJobSet(object: JobSet): JobGroup {
  const { spec, metadata } = object;
  const { network, failurePolicy } = spec;
  const name = metadata.name ?? '';
  return {
    object,
    name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    roles: rolesOf(spec.replicatedJobs ?? []),
    suspended: spec.suspend ?? false,
    subdomain: network?.subdomain || name,
    hostnames: network?.enableDNSHostnames ?? true,
    publishNotReady: network?.publishNotReadyAddresses ?? true,
    success: spec.successPolicy ?? { operator: 'All' },
    failure: failurePolicy,
    restartsSingleJobs:
      failurePolicy?.rules?.some(({ action }) => action.startsWith('RestartJobAnd') || action === 'RestartJob') ??
      false,
    inOrder: spec.startupPolicy?.startupPolicyOrder === 'InOrder',
    status: object.status ?? {},
  };
}

function rolesOf(jobs: readonly ReplicatedJob[]): readonly Role[] {
  let offset = 0;
  const grouped = new Map<string, number>();
  return jobs.map((job) => {
    const { replicas = 1, groupName: group = 'default' } = job;
    const spec = job.template.spec as Role['spec'];
    const groupOffset = grouped.get(group) ?? 0;
    const role: Role = {
      name: job.name,
      replicas,
      group,
      metadata: job.template.metadata ?? {},
      spec: { completionMode: 'Indexed', ...spec, template: withRestartPolicy(spec.template) },
      dependsOn: job.dependsOn ?? [],
      offset,
      groupOffset,
    };
    offset += replicas;
    grouped.set(group, groupOffset + replicas);
    return role;
  });
}

const withRestartPolicy = (template: PodTemplate): PodTemplate => ({
  ...template,
  ...(template.spec && { spec: { restartPolicy: 'OnFailure', ...template.spec } }),
});

export const totalJobs = ({ roles }: Pick<JobGroup, 'roles'>): number =>
  roles.reduce((sum, { replicas }) => sum + replicas, 0);

/** How many Jobs the groups of this name have together. */
export const groupSize = ({ roles }: JobGroup, group: string): number =>
  totalJobs({ roles: roles.filter((role) => role.group === group) });

/** `<jobset>-<replicated job>-<index>`: the name of a child Job, and what its pods' host names begin with. */
export const jobName = (set: Pick<JobGroup, 'name'>, role: string, index: number): string =>
  `${set.name}-${role}-${index}`;

export const isChildJob = (object: KubeObject): object is BatchJob => object.kind === 'Job';
