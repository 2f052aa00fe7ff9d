import { createHash } from 'node:crypto';
import type { JobSetStatus } from '../../api/jobset.ts';
import {
  COORDINATOR_LABEL,
  EXCLUSIVE_TOPOLOGY_ANNOTATION,
  GLOBAL_REPLICAS_LABEL,
  GROUP_NAME_LABEL,
  GROUP_REPLICAS_LABEL,
  JOB_GLOBAL_INDEX_LABEL,
  JOB_GROUP_INDEX_LABEL,
  JOB_INDEX_LABEL,
  JOB_KEY_LABEL,
  JOB_RESTART_ATTEMPT_LABEL,
  JOB_SET_NAME_LABEL,
  JOB_SET_UID_LABEL,
  NODE_SELECTOR_STRATEGY_ANNOTATION,
  REPLICATED_JOB_NAME_LABEL,
  REPLICATED_JOB_REPLICAS_LABEL,
  RESTART_ATTEMPT_LABEL,
} from '../../api/labels.ts';
import { jobRestarts, setRestarts } from './restart-counts.ts';
import { groupSize, type JobGroup, jobName, type Role, totalJobs } from './set.ts';

export type Texts = Readonly<Record<string, string>>;

/** What every child Job and every pod of it carries, as labels and as annotations. */
export function placeLabels(set: JobGroup, role: Role, index: number, status: JobSetStatus): Texts {
  return {
    [JOB_SET_NAME_LABEL]: set.name,
    [JOB_SET_UID_LABEL]: set.uid,
    [REPLICATED_JOB_NAME_LABEL]: role.name,
    [REPLICATED_JOB_REPLICAS_LABEL]: String(role.replicas),
    [GLOBAL_REPLICAS_LABEL]: String(totalJobs(set)),
    [JOB_INDEX_LABEL]: String(index),
    [JOB_GLOBAL_INDEX_LABEL]: String(role.offset + index),
    [JOB_KEY_LABEL]: jobKey(set.namespace, jobName(set, role.name, index)),
    [RESTART_ATTEMPT_LABEL]: String(setRestarts(status)),
    ...(set.restartsSingleJobs && {
      [JOB_RESTART_ATTEMPT_LABEL]: String(jobRestarts(status, role.name, index)),
    }),
    [GROUP_NAME_LABEL]: role.group,
    [GROUP_REPLICAS_LABEL]: String(groupSize(set, role.group)),
    [JOB_GROUP_INDEX_LABEL]: String(role.groupOffset + index),
    ...coordinatorLabel(set),
  };
}

/** SHA-1 of `namespace/name`: the same for every attempt of a Job, and a label where the name might be too long. */
export const jobKey = (namespace: string, name: string): string =>
  createHash('sha1').update(`${namespace}/${name}`).digest('hex');

function coordinatorLabel(set: JobGroup): Texts {
  const { coordinator } = set.object.spec;
  if (!coordinator) return {};
  const { replicatedJob, jobIndex = 0, podIndex = 0 } = coordinator;
  return { [COORDINATOR_LABEL]: `${jobName(set, replicatedJob, jobIndex)}-${podIndex}.${set.subdomain}` };
}

/** The wish for a part of the cluster of its own; the replicated job's word goes before the set's. */
export function exclusiveAnnotations(set: JobGroup, role: Role): Texts {
  const sources = [set.object.metadata.annotations, role.metadata.annotations];
  return Object.assign({}, ...sources.map(exclusiveOf)) as Texts;
}

function exclusiveOf(annotations: Texts = {}): Texts {
  const topology = annotations[EXCLUSIVE_TOPOLOGY_ANNOTATION];
  const strategy = annotations[NODE_SELECTOR_STRATEGY_ANNOTATION];
  if (topology === undefined) return {};
  return {
    [EXCLUSIVE_TOPOLOGY_ANNOTATION]: topology,
    ...(strategy !== undefined && { [NODE_SELECTOR_STRATEGY_ANNOTATION]: strategy }),
  };
}
