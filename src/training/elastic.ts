import { HORIZONTAL_POD_AUTOSCALER } from '../api/kinds.ts';
import { apiVersionOf, type KubeObject } from '../api/kube.ts';
import type { Job } from './job.ts';
import type { JobKind } from './job-kind.ts';
import { jobLabels, ownedBy } from './ownership.ts';

/** The autoscaler of an elastic job with metrics; it writes the number of workers through the job's scale subresource. */
export function autoscalerFor(kind: JobKind, job: Job): readonly KubeObject[] {
  const scaling = kind.autoscaling?.(job);
  if (!scaling) return [];
  return [
    {
      apiVersion: apiVersionOf(HORIZONTAL_POD_AUTOSCALER),
      kind: HORIZONTAL_POD_AUTOSCALER.kind,
      metadata: {
        name: job.name,
        namespace: job.namespace,
        labels: jobLabels(kind, job),
        ownerReferences: ownedBy(kind, job),
      },
      spec: {
        scaleTargetRef: { apiVersion: apiVersionOf(kind.kind), kind: kind.kind.kind, name: job.name },
        ...scaling,
      },
    },
  ];
}
