import { TRAIN_JOB } from '../../api/kinds.ts';
import { type ProgressServer, reportsProgress, withProgressServer } from '../progress/injection.ts';
import { changeJobs, type Layout, trainerJob, withJobSpec } from './layout.ts';

/** Tells the pods that train where to report their progress, where the TrainJob asks for it. */
export function tellProgressServer(layout: Layout, server: ProgressServer | undefined): Layout {
  const { job } = layout;
  if (!server || !reportsProgress(job)) return layout;
  const { namespace = '', name = '' } = job.metadata;
  return changeJobs(
    layout,
    (replicated) => replicated.name === trainerJob(layout)?.name,
    (replicated) =>
      withJobSpec(replicated, (spec) => ({
        ...spec,
        template: withProgressServer(spec.template, { kind: TRAIN_JOB, namespace, name }, server),
      })),
  );
}
