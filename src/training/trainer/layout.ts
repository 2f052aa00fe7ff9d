import type { JobTemplateSpec } from '../../api/job-template.ts';
import type { JobSetSpec, ReplicatedJob } from '../../api/jobset.ts';
import { ANCESTOR_LABEL } from '../../api/labels.ts';
import type { Container, EnvVar, PodSpec } from '../../api/pod-template.ts';
import type { TrainJob } from '../../api/train-job.ts';
import type { TrainingRuntimeSpec } from '../../api/training-runtime.ts';
import { upsert } from './merge.ts';
import { NODE, TRAINER_STEP } from './names.ts';

/** A JobSet on its way from a runtime's template to what a TrainJob asks for. */
export interface Layout {
  readonly job: TrainJob;
  readonly runtime: TrainingRuntimeSpec;
  readonly spec: JobSetSpec;
  /** Of the JobSet. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Pods of each replicated job, by its name. */
  readonly counts: ReadonlyMap<string, number>;
}

export const jobsOf = ({ spec }: Pick<Layout, 'spec'>): readonly ReplicatedJob[] => spec.replicatedJobs ?? [];

/** The step of a TrainJob that a replicated job is, if it is one. */
export const stepOf = ({ template }: ReplicatedJob): string | undefined => template.metadata?.labels?.[ANCESTOR_LABEL];

/** The replicated job that trains. */
export const trainerJob = (layout: Pick<Layout, 'spec'>): ReplicatedJob | undefined =>
  jobsOf(layout).find((job) => stepOf(job) === TRAINER_STEP);

export const countOf = ({ counts }: Layout, job: ReplicatedJob | undefined): number =>
  (job && counts.get(job.name)) ?? 1;

/** The host name of a pod, as the other pods of the JobSet find it. */
export function hostOf({ job, spec }: Layout, { name }: Pick<ReplicatedJob, 'name'>, index: number): string {
  const subdomain = spec.network?.subdomain || job.metadata.name;
  return `${job.metadata.name}-${name}-0-${index}.${subdomain}`;
}

/** Where the first node of a job of several listens. */
export const rendezvousHost = (layout: Layout): string => hostOf(layout, trainerJob(layout) ?? { name: NODE }, 0);

/** The layout with the jobs that `which` picks changed. */
export function changeJobs(
  layout: Layout,
  which: (job: ReplicatedJob) => boolean,
  change: (job: ReplicatedJob) => ReplicatedJob,
): Layout {
  const replicatedJobs = jobsOf(layout).map((job) => (which(job) ? change(job) : job));
  return { ...layout, spec: { ...layout.spec, replicatedJobs } };
}

export const podSpecOf = ({ template }: ReplicatedJob): PodSpec => template.spec?.template.spec ?? { containers: [] };

export function withPodSpec(job: ReplicatedJob, change: (spec: PodSpec) => PodSpec): ReplicatedJob {
  const { spec } = job.template;
  const template = { ...spec?.template, spec: change(podSpecOf(job)) };
  return { ...job, template: { ...job.template, spec: { ...spec, template } } };
}

/** The job with what its Jobs are made of changed, where its template says anything of it. */
export function withJobSpec(job: ReplicatedJob, change: (spec: JobTemplateSpec) => JobTemplateSpec): ReplicatedJob {
  const { spec } = job.template;
  return spec ? { ...job, template: { ...job.template, spec: change(spec) } } : job;
}

/** The job with its containers of this name changed. */
export function changeContainer(
  job: ReplicatedJob,
  name: string,
  change: (container: Container) => Container,
): ReplicatedJob {
  return withPodSpec(job, (spec) => ({
    ...spec,
    containers: spec.containers.map((container) => (container.name === name ? change(container) : container)),
  }));
}

export const withEnv = (container: Container, added: readonly EnvVar[]): Container =>
  added.length === 0 ? container : { ...container, env: upsert(container.env, ({ name }) => name, added) };

/** The layout with the container that trains changed. */
export const changeTrainer = (layout: Layout, change: (container: Container) => Container): Layout =>
  changeJobs(
    layout,
    (job) => job.name === trainerJob(layout)?.name,
    (job) => changeContainer(job, NODE, change),
  );
