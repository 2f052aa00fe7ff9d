import {
  changeContainer,
  changeJobs,
  countOf,
  jobsOf,
  type Layout,
  stepOf,
  trainerJob,
  withJobSpec,
} from './layout.ts';
import { strategicMerge } from './merge.ts';
import { NODE, TRAINER_STEP } from './names.ts';

/** How many pods each replicated job has, and what each of them asks for. */
export function placeNodes(layout: Layout): Layout {
  const { mlPolicy } = layout.runtime;
  const counts = new Map(
    jobsOf(layout).map((job) => {
      const trains = stepOf(job) === TRAINER_STEP && mlPolicy !== undefined;
      const count = trains ? (mlPolicy.numNodes ?? 1) : (job.template.spec?.parallelism ?? 1);
      return [job.name, Math.max(count, 1)];
    }),
  );
  return withResources({ ...layout, counts: askedFor(layout, counts) });
}

/** The TrainJob's own number of nodes goes to the job that trains, and of an MPI job to its nodes. */
function askedFor(layout: Layout, counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const asked = layout.job.spec.trainer?.numNodes;
  if (asked === undefined) return counts;
  const { mpi } = layout.runtime.mlPolicy ?? {};
  const target = mpi ? NODE : trainerJob(layout)?.name;
  if (target === undefined || !counts.has(target)) return counts;
  // The launcher is one of the nodes then.
  const nodes = mpi?.runLauncherAsNode ? asked - 1 : asked;
  return new Map([...counts, [target, Math.max(nodes, 1)]]);
}

function withResources(layout: Layout): Layout {
  const { resourcesPerNode } = layout.job.spec.trainer ?? {};
  const { mlPolicy } = layout.runtime;
  if (!resourcesPerNode || !mlPolicy) return layout;
  return changeJobs(
    layout,
    (job) => stepOf(job) === TRAINER_STEP || (mlPolicy.mpi?.runLauncherAsNode === true && job.name === NODE),
    (job) =>
      changeContainer(job, NODE, (container) => ({
        ...container,
        resources: strategicMerge<NonNullable<typeof container.resources>>(container.resources, resourcesPerNode),
      })),
  );
}

/** Writes the numbers of pods where the Jobs read them. */
export function writeCounts(layout: Layout): Layout {
  return changeJobs(
    layout,
    () => true,
    (job) => {
      const count = countOf(layout, job);
      return withJobSpec(job, (spec) => ({ ...spec, parallelism: count, completions: count }));
    },
  );
}
