import type { ReplicatedJob } from '../../api/jobset.ts';
import type { TrainJob } from '../../api/train-job.ts';
import type { TrainingRuntimeSpec } from '../../api/training-runtime.ts';
import { jobsOf, type Layout, podSpecOf } from './layout.ts';
import { DATASET_STEP, INITIALIZER_VOLUME, LAUNCHER, MODEL_STEP, NODE } from './names.ts';
import { placeNodes } from './nodes.ts';
import { patchesOf } from './patches.ts';
import { fluxProblems } from './policies/flux.ts';
import { reservedVariables } from './policies/index.ts';
import { torchtuneProblems } from './policies/torchtune-problems.ts';
import { patched } from './render.ts';

/** Why a TrainJob cannot run on this runtime, field by field; nothing when it can. */
export function problemsOf(job: TrainJob, runtime: TrainingRuntimeSpec): readonly string[] {
  const template = { spec: runtime.template?.spec ?? {} };
  const named = patchProblems(job, jobsOf(template));
  // Patches of what is not there would only lead to further complaints.
  if (named.length > 0) return named;
  const layout = placeNodes(patched(job, runtime));
  return [
    ...initializerProblems(job, layout),
    ...reservedProblems(job, runtime),
    ...injectionProblems(layout),
    ...mpiProblems(layout),
    ...fluxProblems(layout),
    ...torchtuneProblems(layout),
  ];
}

const OWN_ENVIRONMENT: Readonly<Record<string, string>> = {
  [NODE]: 'spec.trainer.env',
  [DATASET_STEP]: 'spec.initializer.dataset.env',
  [MODEL_STEP]: 'spec.initializer.model.env',
};

function patchProblems(job: TrainJob, jobs: readonly ReplicatedJob[]): readonly string[] {
  const replicatedJobs = patchesOf(job.spec).flatMap(
    ({ trainingRuntimeSpec }) => trainingRuntimeSpec?.template?.spec?.replicatedJobs ?? [],
  );
  return replicatedJobs.flatMap(({ name, template }) => {
    const target = jobs.find((candidate) => candidate.name === name);
    if (!target) {
      return [
        `spec.runtimePatches: must not have replicated job that doesn't exist in the runtime job template: ${name} is none of ${jobs.map((known) => known.name).join(', ')}`,
      ];
    }
    const { containers = [], initContainers = [] } = template?.spec?.template?.spec ?? {};
    const known = containerNames(target);
    return [
      ...initContainers
        .filter((container) => !known.has(container.name))
        .map(
          (container) =>
            `spec.runtimePatches: must not have initContainer that doesn't exist in the runtime job ${name}: ${container.name}`,
        ),
      ...containers.flatMap((container) => {
        if (!known.has(container.name)) {
          return [
            `spec.runtimePatches: must not have container that doesn't exist in the runtime job ${name}: ${container.name}`,
          ];
        }
        const own = container.env?.length ? OWN_ENVIRONMENT[container.name] : undefined;
        return own
          ? [
              `spec.runtimePatches: must not have envs for the ${DATASET_STEP}, ${MODEL_STEP}, ${NODE} containers; put those of ${container.name} under ${own}`,
            ]
          : [];
      }),
    ];
  });
}

function containerNames(job: ReplicatedJob): ReadonlySet<string> {
  const { containers, initContainers = [] } = podSpecOf(job);
  return new Set([...containers, ...initContainers].map(({ name }) => name));
}

/** Data that stays in a cache of the cluster's: nothing is written to a volume. */
const CACHE_SCHEME = 'cache://';

function initializerProblems(job: TrainJob, layout: Layout): readonly string[] {
  const { dataset, model } = job.spec.initializer ?? {};
  return [
    ...(dataset ? stepProblems(layout, DATASET_STEP, 'spec.initializer.dataset', dataset.storageUri) : []),
    ...(model ? stepProblems(layout, MODEL_STEP, 'spec.initializer.model') : []),
  ];
}

function stepProblems(layout: Layout, step: string, field: string, uri?: string): readonly string[] {
  const told = (what: string) => [`spec.runtimeRef: must have ${what}, since ${field} is set`];
  const job = jobsOf(layout).find(({ name }) => name === step);
  if (!job) return told(`${step} job`);
  const container = podSpecOf(job).containers.find(({ name }) => name === step);
  if (!container) return told(`container with name - ${step} in the ${step} job`);
  if (uri?.startsWith(CACHE_SCHEME)) return [];
  if (container.volumeMounts?.some(({ name }) => name === INITIALIZER_VOLUME)) return [];
  return told(`volumeMount with name - ${INITIALIZER_VOLUME} in container ${step} of the ${step} job`);
}

function reservedProblems(job: TrainJob, { mlPolicy }: TrainingRuntimeSpec): readonly string[] {
  if (!mlPolicy) return [];
  const { framework, names } = reservedVariables(mlPolicy);
  const taken = (job.spec.trainer?.env ?? []).map(({ name }) => name).filter((name) => names.includes(name));
  if (taken.length === 0) return [];
  return [
    `spec.trainer.env: must not have reserved envs, which the ${framework} runtime sets: ${taken.sort().join(', ')}`,
  ];
}

function injectionProblems(layout: Layout): readonly string[] {
  const targets = layout.runtime.mlPolicy?.torch?.envInjection?.targets ?? [];
  return targets.flatMap(({ jobName, containerNames: wanted }) => {
    const job = jobsOf(layout).find(({ name }) => name === jobName);
    const known = job ? containerNames(job) : new Set<string>();
    return wanted
      .filter((name) => !known.has(name))
      .map(
        (name) =>
          `spec.runtimeRef: envInjection target podSet "${jobName}" container "${name}" not found in runtime template`,
      );
  });
}

function mpiProblems(layout: Layout): readonly string[] {
  const { mpi } = layout.runtime.mlPolicy ?? {};
  if (!mpi?.runLauncherAsNode || (layout.job.spec.trainer?.numNodes ?? 1) < 2) return [];
  const names = jobsOf(layout).map(({ name }) => name);
  if (names.includes(NODE) && names.includes(LAUNCHER)) return [];
  return [
    `spec.trainer.numNodes: must be 1, since the runtime sets mpi.runLauncherAsNode and has not both a ${LAUNCHER} and a ${NODE} job`,
  ];
}
