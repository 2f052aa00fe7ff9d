import type { BatchJob } from '../../api/job-template.ts';
import type { JobSetStatus } from '../../api/jobset.ts';
import { JOB_KEY_LABEL } from '../../api/labels.ts';
import type { PodSpec } from '../../api/pod-template.ts';
import { exclusively } from './exclusive.ts';
import { exclusiveAnnotations, placeLabels, type Texts } from './labels.ts';
import { type JobGroup, jobName, type Role } from './set.ts';
import { sharedClaims, withSharedClaims } from './volumes.ts';

/** One child Job, as it is made in the present attempt. */
export function childJob(set: JobGroup, role: Role, index: number, status: JobSetStatus): BatchJob {
  const labels = placeLabels(set, role, index, status);
  const exclusive = exclusiveAnnotations(set, role);
  const { ttlSecondsAfterFinished: _, template, ...spec } = role.spec;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(set, role.name, index),
      namespace: set.namespace,
      ...marked(role.metadata, labels, exclusive),
    },
    spec: {
      ...spec,
      suspend: set.suspended,
      template: {
        ...template,
        metadata: { ...template.metadata, ...marked(template.metadata ?? {}, labels, exclusive) },
        ...(template.spec && { spec: podSpec(set, role, index, template.spec, { labels, exclusive }) }),
      },
    },
  };
}

function podSpec(
  set: JobGroup,
  role: Role,
  index: number,
  spec: PodSpec,
  { labels, exclusive }: { readonly labels: Texts; readonly exclusive: Texts },
): PodSpec {
  const place = { namespace: set.namespace, job: jobName(set, role.name, index), key: labels[JOB_KEY_LABEL] ?? '' };
  const named = set.hostnames ? { ...spec, subdomain: set.subdomain } : spec;
  return withSharedClaims(exclusively(named, exclusive, place), sharedClaims(set));
}

interface Marked {
  readonly labels?: Texts | undefined;
  readonly annotations?: Texts | undefined;
}

const marked = (own: Marked, labels: Texts, exclusive: Texts) => ({
  labels: { ...own.labels, ...labels },
  annotations: { ...own.annotations, ...labels, ...exclusive },
});
