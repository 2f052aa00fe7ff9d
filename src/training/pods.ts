import type { KubeObject } from '../api/kube.ts';
import { JOB_ROLE_LABEL, JOB_ROLE_MASTER } from '../api/labels.ts';
import type { Container, PodSpec } from '../api/pod-template.ts';
import { attemptEnvironment, attemptLabels, restartsWhole } from './attempt.ts';
import { checkpointEnvironment, checkpointSpec, withCheckpointAccess } from './checkpoint.ts';
import type { GangScheduler } from './gang.ts';
import { restartedInPlace } from './in-place.ts';
import { type Job, podName, type Replica, type ReplicaRef } from './job.ts';
import type { HostOf, JobKind } from './job-kind.ts';

import { DEFAULT_CLUSTER_DOMAIN, type TrainingOptions } from './options.ts';
import { ownedBy, replicaLabels } from './ownership.ts';
import { reportsProgress, withProgressServer } from './progress/injection.ts';
import { usesServicePerPod } from './service.ts';

/** The pod for one place of a job: the author's template, and what the framework needs to find the other pods. */
export function podFor(
  kind: JobKind,
  job: Job,
  planned: Replica,
  index: number,
  options: TrainingOptions,
  gang: GangScheduler | undefined,
): KubeObject {
  const replica = reporting(kind, job, planned, options);
  const ref = { type: replica.type, index };
  const { template } = replica;
  const mark = gang?.mark(job, replica);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(job, ref),
      namespace: job.namespace,
      labels: {
        ...template.metadata?.labels,
        ...replicaLabels(kind, job, ref),
        ...attemptLabels(job),
        ...roleLabel(kind, job, ref),
        ...mark?.labels,
      },
      ...annotationsOf(template.metadata?.annotations, mark?.annotations),
      ownerReferences: ownedBy(kind, job),
    },
    spec: furnished(kind, job, replica, options, {
      ...template.spec,
      ...hostNames(job, podName(job, ref), template.spec, options),
      ...(mark?.schedulerName && !template.spec?.schedulerName ? { schedulerName: mark.schedulerName } : {}),
      ...mark?.spec,
      ...checkpointSpec(job, template.spec),
      restartPolicy: policyOf(job, replica),
      containers: [...containersFor(kind, job, replica, index, options)],
    }),
  };
}

const furnished = (kind: JobKind, job: Job, replica: Replica, options: TrainingOptions, spec: PodSpec): PodSpec =>
  kind.extension?.furnish(job, replica, spec, options) ?? spec;

function roleLabel(kind: JobKind, job: Job, ref: ReplicaRef): Readonly<Record<string, string>> {
  const role = kind.extension ? kind.extension.roleOf(job, ref) : kind.isMaster(job, ref) && JOB_ROLE_MASTER;
  return role ? { [JOB_ROLE_LABEL]: role } : {};
}

/** Tells the pods of a job that asks for it where to report their progress. */
function reporting({ kind }: JobKind, job: Job, replica: Replica, { progress }: TrainingOptions): Replica {
  if (!progress || !reportsProgress(job.object)) return replica;
  const { namespace, name } = job;
  return { ...replica, template: withProgressServer(replica.template, { kind, namespace, name }, progress) };
}

function containersFor(
  kind: JobKind,
  job: Job,
  replica: Replica,
  index: number,
  options: TrainingOptions,
): readonly Container[] {
  const added = kind.environment(job, { type: replica.type, index }, hostNamesOf(job, options));
  const ours = [...attemptEnvironment(job), ...checkpointEnvironment(job, replica.template.spec)];
  return (replica.template.spec?.containers ?? []).map((container, i) => {
    if (kind.environmentIn === 'main' && i !== replica.main) return container;
    const furnished = { ...container, env: [...(container.env ?? []), ...added, ...ours] };
    return i === replica.main
      ? { ...withCheckpointAccess(job, telling(furnished)), ...restartedInPlace(job, replica) }
      : furnished;
  });
}

/** The kubelet then puts the end of the log into the status of a container that failed, unless its author wished otherwise. */
const telling = (container: Container): Container => ({
  terminationMessagePolicy: 'FallbackToLogsOnError',
  ...container,
});

/** Where a lost pod takes the others with it, the controller has the say over restarts, and not the kubelet. */
const policyOf = (job: Job, { podRestartPolicy, restartPolicy }: Replica): string =>
  podRestartPolicy ?? (restartPolicy === 'ExitCode' || restartsWhole(job) ? 'Never' : restartPolicy);

function annotationsOf(...sources: readonly (Readonly<Record<string, string>> | undefined)[]): {
  annotations?: Record<string, string>;
} {
  const annotations = Object.assign({}, ...sources) as Record<string, string>;
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

/**
 * Lets every pod of the job find every other by its bare name, through the job's one headless Service. A Service for each
 * pod makes that needless.
 */
function hostNames(job: Job, name: string, spec: PodSpec | undefined, options: TrainingOptions): Partial<PodSpec> {
  if (usesServicePerPod(job, options)) return {};
  const domain = `${job.name}.${job.namespace}.svc.${options.clusterDomain ?? DEFAULT_CLUSTER_DOMAIN}`;
  return {
    hostname: name,
    subdomain: job.name,
    dnsConfig: { ...spec?.dnsConfig, searches: [...(spec?.dnsConfig?.searches ?? []), domain] },
  };
}

/**
 * The names by which pods of the job are found from everywhere: through the job's one headless Service, or each through
 * its own. The cluster's domain is left to the resolver unless the installation names it.
 */
function hostNamesOf(job: Job, options: TrainingOptions): HostOf {
  const parents = usesServicePerPod(job, options) ? [job.namespace] : [job.name, job.namespace];
  const domain = [...parents, 'svc', ...(options.clusterDomain ? [options.clusterDomain] : [])].join('.');
  return (replica) => `${podName(job, replica)}.${domain}`;
}
