import type { Container, EnvVar } from '../../api/pod-template.ts';
import type { InitializerSource } from '../../api/train-job.ts';
import { env } from '../environment/variables.ts';
import { changeContainer, changeJobs, type Layout, stepOf, withEnv } from './layout.ts';
import { DATASET_STEP, MODEL_STEP, NODE, TRAINER_STEP } from './names.ts';

/** What the TrainJob says about the container that trains. */
export function applyTrainer(layout: Layout): Layout {
  const { trainer } = layout.job.spec;
  const { mpi } = layout.runtime.mlPolicy ?? {};
  const launched = changeJobs(
    layout,
    (job) => stepOf(job) === TRAINER_STEP,
    (job) => ({
      ...changeContainer(job, NODE, (container) => ({
        ...container,
        ...(trainer?.image !== undefined && { image: trainer.image }),
      })),
      replicas: 1,
    }),
  );
  return changeJobs(
    launched,
    (job) => stepOf(job) === TRAINER_STEP || (mpi?.runLauncherAsNode === true && job.name === NODE),
    (job) => changeContainer(job, NODE, (container) => withEnv(container, (trainer?.env ?? []) as readonly EnvVar[])),
  );
}

/** The command and its arguments come before the policies, which may go on with them. */
export function applyCommand(layout: Layout): Layout {
  const { command, args } = layout.job.spec.trainer ?? {};
  if (command === undefined && args === undefined) return layout;
  const said = { ...(command && { command }), ...(args && { args }) };
  return changeJobs(
    layout,
    (job) => stepOf(job) === TRAINER_STEP,
    (job) => changeContainer(job, NODE, (container) => ({ ...container, ...said })),
  );
}

/** Where the data and the model come from. */
export function applyInitializers(layout: Layout): Layout {
  const { dataset, model } = layout.job.spec.initializer ?? {};
  return initialize(initialize(layout, DATASET_STEP, dataset), MODEL_STEP, model);
}

function initialize(layout: Layout, step: string, source: InitializerSource | undefined): Layout {
  return changeJobs(
    layout,
    (job) => stepOf(job) === step,
    (job) => ({
      ...(source ? changeContainer(job, step, (container) => fetches(container, source)) : job),
      replicas: 1,
    }),
  );
}

function fetches(container: Container, { storageUri, env: more, secretRef }: InitializerSource): Container {
  const variables = [
    ...(storageUri === undefined ? [] : [env('STORAGE_URI', storageUri)]),
    ...((more ?? []) as readonly EnvVar[]),
  ];
  return {
    ...withEnv(container, variables),
    ...(secretRef && { envFrom: [...(container.envFrom ?? []), { secretRef: { name: secretRef.name ?? '' } }] }),
  };
}
