import type { ReplicatedJob } from '../../api/jobset.ts';
import { CLUSTER_TRAINING_RUNTIME, TRAIN_JOB, TRAINING_RUNTIME } from '../../api/kinds.ts';
import type { Kind } from '../../api/kube.ts';
import { SUPPORT_LABEL } from '../../api/labels.ts';
import { timestamp } from '../../api/timestamp.ts';
import type { TrainJob } from '../../api/train-job.ts';
import type { TrainingRuntime } from '../../api/training-runtime.ts';
import type { AdmissionCheck } from '../../runtime/domain.ts';
import type { Instant } from '../../runtime/environment.ts';
import { deepEqual } from '../../runtime/json.ts';
import { runtimeKind, runtimeTitle, unsupportedRuntime } from './blueprint.ts';
import { podSpecOf, stepOf } from './layout.ts';
import { DATASET_STEP, MODEL_STEP, NODE, TRAINER_STEP } from './names.ts';
import { problemsOf } from './problems.ts';

const refsOf = (kind: Kind) => (job: TrainJob) => {
  if (runtimeKind(job) !== kind) return [];
  const { name } = job.spec.runtimeRef;
  return [kind.namespaced ? { namespace: job.metadata.namespace ?? '', name } : { name }];
};

const trainJobs: AdmissionCheck<TrainJob> = {
  kind: TRAIN_JOB,
  reads: [TRAINING_RUNTIME, CLUSTER_TRAINING_RUNTIME].map((kind) => ({ kind, refs: refsOf(kind) })),
  validate(job, previous, found) {
    // Whatever else is written of an object that was taken once, its labels and finalizers, concerns no runtime.
    if (previous && deepEqual(previous.spec, job.spec)) return { problems: [] };
    if (!runtimeKind(job)) return { problems: [unsupportedRuntime(job)] };
    const runtime = found[0] as TrainingRuntime | undefined;
    if (!runtime) return { problems: previous ? busyProblems(job, previous) : [missing(job)] };
    const problems = [...problemsOf(job, runtime.spec), ...(previous ? busyProblems(job, previous) : [])];
    const deprecated = runtime.metadata.labels?.[SUPPORT_LABEL] === 'deprecated';
    return { problems, ...(deprecated && { warnings: [deprecation(runtimeTitle(job))] }) };
  },
  mutate: stampPatches,
};

const missing = (job: TrainJob): string => {
  const kind = runtimeKind(job)?.kind ?? '';
  const spelled = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
  return `spec.runtimeRef: ${runtimeTitle(job)} not found: specified ${spelled} must be created before the TrainJob is created`;
};

const deprecation = (title: string): string =>
  `${title} is deprecated and will be removed in a future release: choose another one`;

/** Pods that run were made of the patches as they were. */
function busyProblems(job: TrainJob, previous: TrainJob): readonly string[] {
  if (deepEqual(job.spec.runtimePatches, previous.spec.runtimePatches)) return [];
  const busy = previous.status?.jobsStatus?.filter(({ active }) => active > 0) ?? [];
  return busy.map(
    ({ name }) =>
      `spec.runtimePatches: cannot be modified when the JobSet's ReplicatedJob ${name} is still active: suspend the TrainJob and wait`,
  );
}

/** Writes beside each patch when it was last changed. */
function stampPatches(job: TrainJob, previous: TrainJob | undefined, now: Instant): TrainJob {
  const { runtimePatches } = job.spec;
  if (!runtimePatches) return job;
  const before = new Map(previous?.spec.runtimePatches?.map((patch) => [patch.manager, patch]));
  const stamped = runtimePatches.map(({ time, ...patch }) => {
    const known = before.get(patch.manager);
    const { time: since, ...content } = known ?? {};
    if (!known) return { ...patch, time: time ?? timestamp(now) };
    const unchanged = deepEqual(content, patch);
    return { ...patch, ...(unchanged ? since !== undefined && { time: since } : { time: timestamp(now) }) };
  });
  return { ...job, spec: { ...job.spec, runtimePatches: stamped } };
}

const CONTAINERS: Readonly<Record<string, string>> = {
  [TRAINER_STEP]: NODE,
  [DATASET_STEP]: DATASET_STEP,
  [MODEL_STEP]: MODEL_STEP,
};

const runtimes = (kind: Kind): AdmissionCheck<TrainingRuntime> => ({
  kind,
  validate(runtime, previous) {
    // A namespace's own runtime is judged once, when it is made.
    if (previous && kind.namespaced) return { problems: [] };
    const jobs = runtime.spec.template?.spec?.replicatedJobs ?? [];
    const deprecated = !previous && runtime.metadata.labels?.[SUPPORT_LABEL] === 'deprecated';
    return {
      problems: jobs.flatMap(stepProblems),
      ...(deprecated && { warnings: [deprecation(`${runtime.kind} ${runtime.metadata.name}`)] }),
    };
  },
});

function stepProblems(job: ReplicatedJob, index: number): readonly string[] {
  const step = stepOf(job) ?? '';
  const container = CONTAINERS[step];
  if (!container) return [];
  const path = `spec.template.spec.replicatedJobs[${index}]`;
  const there = podSpecOf(job).containers.some(({ name }) => name === container);
  return [
    ...((job.replicas ?? 1) === 1 ? [] : [`${path}.replicas: always must be 1`]),
    ...(there
      ? []
      : [
          `${path}.template.spec.template.spec.containers: must contain the required container for the ancestor: ${step}; call it ${container}`,
        ]),
  ];
}

/** What the API server asks about TrainJobs and their runtimes. */
export const TRAINER_ADMISSION = [
  trainJobs,
  runtimes(TRAINING_RUNTIME),
  runtimes(CLUSTER_TRAINING_RUNTIME),
] as readonly AdmissionCheck[];
