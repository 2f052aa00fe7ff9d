import { apiVersionOf, type OwnerReference } from '../api/kube.ts';
import {
  JOB_NAME_LABEL,
  OPERATOR_NAME_LABEL,
  operatorNameOf,
  REPLICA_INDEX_LABEL,
  REPLICA_TYPE_LABEL,
} from '../api/labels.ts';
import type { Job, ReplicaRef } from './job.ts';
import type { JobKind } from './job-kind.ts';

/** Makes the job the managing owner of what is made for it, so that both go together. */
export function ownedBy(kind: JobKind, job: Job): readonly OwnerReference[] {
  return [
    {
      apiVersion: apiVersionOf(kind.kind),
      kind: kind.kind.kind,
      name: job.name,
      uid: job.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ];
}

/** The labels of everything a job owns; they select all of its pods. */
export const jobLabels = (kind: JobKind, job: Job): Readonly<Record<string, string>> => ({
  [JOB_NAME_LABEL]: job.name,
  [OPERATOR_NAME_LABEL]: kind.extension?.operatorName(job) ?? operatorNameOf(kind.kind.kind),
});

/** The labels of what a job owns besides pods. */
export const objectLabels = (kind: JobKind, job: Job): Readonly<Record<string, string>> => ({
  ...kind.extension?.objectLabels(job),
  ...jobLabels(kind, job),
});

/** Select the pods of one replica type. */
export const typeLabels = (kind: JobKind, job: Job, type: string): Readonly<Record<string, string>> => ({
  ...jobLabels(kind, job),
  [REPLICA_TYPE_LABEL]: type.toLowerCase(),
});

/** Select one pod. */
export const replicaLabels = (kind: JobKind, job: Job, ref: ReplicaRef): Readonly<Record<string, string>> => ({
  ...typeLabels(kind, job, ref.type),
  [REPLICA_INDEX_LABEL]: String(kind.extension?.indexOf(job, ref) ?? ref.index),
});

/** A selector as text, sorted by key. */
export const selectorText = (labels: Readonly<Record<string, string>>): string =>
  Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(',');
