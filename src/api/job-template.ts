import * as z from 'zod';
import type { JobStatus } from './batch.ts';
import type { KubeObject, ObjectMeta } from './kube.ts';
import { type PodTemplate, podTemplate, templateMetadata } from './pod-template.ts';
import { atomicList, frozen, int32, int64, labelSelector, open, stored, text } from './schema.ts';

/**
 * Templates of `batch/v1` Jobs, as other kinds hold them: the fields that people write are typed, the rest is kept and
 * judged by the apiserver when the Job is made. Jobs as the apiserver stores them are in `batch.ts`.
 */

const PATH = 'spec.replicatedJobs[].template.spec';
const POD_PATH = `${PATH}.template`;

const podFailureRule = z.object({
  action: z.string(),
  onExitCodes: z
    .object({
      containerName: z.string().optional(),
      operator: z.string(),
      values: z.array(int32()).meta({ 'x-kubernetes-list-type': 'set' }),
    })
    .optional(),
  onPodConditions: atomicList(z.object({ type: z.string(), status: z.string().optional() })).optional(),
});

const successRule = z.object({ succeededCount: int32().optional(), succeededIndexes: z.string().optional() });

const jobTemplateSpec = open({
  activeDeadlineSeconds: int64().optional(),
  backoffLimit: int32().optional(),
  backoffLimitPerIndex: int32().optional(),
  completionMode: stored(text(63), 'Indexed'),
  completions: int32().optional(),
  managedBy: text(63).optional(),
  manualSelector: z.boolean().optional(),
  maxFailedIndexes: int32().optional(),
  parallelism: int32().optional(),
  podFailurePolicy: z.object({ rules: atomicList(podFailureRule) }).optional(),
  podReplacementPolicy: text(63).optional(),
  selector: labelSelector().optional(),
  successPolicy: z.object({ rules: atomicList(successRule) }).optional(),
  suspend: z.boolean().optional(),
  template: podTemplate({ restartPolicies: ['OnFailure', 'Never'], frozen: POD_PATH }),
  ttlSecondsAfterFinished: int32().optional(),
});

const FIXED = Object.keys(jobTemplateSpec.shape).filter((field) => field !== 'template');

/** Metadata and spec of a Job to be; Indexed, with pods that restart on failure, where nothing else is said. */
export const jobTemplate = () =>
  open({
    metadata: templateMetadata().optional(),
    spec: frozen(jobTemplateSpec, PATH, FIXED).optional(),
  });

export type JobTemplate = z.input<ReturnType<typeof jobTemplate>>;
export type JobTemplateSpec = z.input<typeof jobTemplateSpec>;

/** A Job made from such a template. */
export interface BatchJob extends KubeObject {
  readonly metadata: ObjectMeta;
  readonly spec: JobTemplateSpec & { readonly template: PodTemplate };
  readonly status?: JobStatus;
}
