import { PYTORCH_JOB } from '../../src/api/kinds.ts';
import { connect } from '../../src/cli/connect.ts';
import { installObjects } from '../../src/cli/install-objects.ts';
import type { HttpClient } from '../../src/runtime/http-client.ts';
import { buildControllerImage } from '../images/controller-image.ts';
import { buildTrainingImage, TRAINING_IMAGE } from '../images/training-image.ts';
import { type Course, goodEnough, type Outcome } from './course.ts';
import type { QuickstartOptions } from './options.ts';
import type { Phases } from './phases.ts';
import { createdObjects, explainFailure, stepsOnCluster } from './report.ts';
import { synthesizeStacks } from './synth.ts';
import { contextTarget, localTarget, type Target } from './target.ts';
import { followTraining, type JobRef, removeEarlier, submit } from './train.ts';

const CONTROLLER_NAMESPACE = 'armature-system';

/** A real Kubernetes, the platform on it, and a PyTorchJob of three pods. */
export function onCluster({ context, keep }: QuickstartOptions, phases: Phases): Course {
  const { log } = phases;
  const indented = (line: string) => log(`  ${line}`);
  const job: JobRef = { kind: PYTORCH_JOB, namespace: 'quickstart', name: 'digits' };
  let target: Target | undefined;
  let client: HttpClient | undefined;

  async function run(): Promise<Outcome> {
    const stacks = await phases.run('synth', 'synthesizing src/stacks', async () =>
      synthesizeStacks({ image: TRAINING_IMAGE }),
    );
    log(`  ${stacks.platform.length} objects of the platform, ${stacks.example.length + 1} of the example`);
    const images = await phases.run('images', 'building the controller image and the training image', async () => [
      await buildControllerImage(indented),
      await buildTrainingImage(indented),
    ]);
    for (const image of images) log(`  ${image.name} ${(image.size / 1e6).toFixed(0)} MB ${image.digest.slice(0, 19)}`);
    const used = context ? contextTarget(context, indented) : localTarget(indented);
    target = used;
    const access = await phases.run('cluster', used.title, () => used.up());
    const connection = await connect(access);
    client = connection;
    await phases.run('load', 'loading the images into the cluster', async () => {
      for (const image of images) await used.load(image);
    });
    await phases.run('install', 'installing the platform', () =>
      installObjects(connection, stacks.platform, { log: indented }),
    );
    const accuracy = await phases.run(
      'train',
      `training ${job.namespace}/${job.name}: one master, two workers`,
      async () => {
        await removeEarlier(connection, job, indented);
        await installObjects(connection, stacks.example, { log: indented });
        await submit(connection, job, stacks.job);
        return goodEnough(await followTraining(connection, job, indented));
      },
    );
    log(`✓ accuracy ${accuracy} on digits nobody trained on, ${phases.total()} s in all`);
    log('created:');
    for (const line of await createdObjects(connection, job)) log(`  ${line}`);
    log('next:');
    for (const line of stepsOnCluster(used.kubectl, job, keep || context !== undefined)) log(`  ${line}`);
    return { accuracy, ...(keep && access.kubeconfig && { kubeconfig: access.kubeconfig }) };
  }

  async function explain(): Promise<void> {
    if (client) await explainFailure(client, [CONTROLLER_NAMESPACE, job.namespace], log);
  }

  async function end(): Promise<void> {
    const [open, used] = [client, target];
    client = undefined;
    target = undefined;
    await open?.close();
    if (!used || keep || context) return;
    log('taking the local cluster down');
    await used
      .down()
      .catch((error: Error) =>
        log(`  that did not work: ${error.message}; try: npm run armature -- cluster down --name quickstart`),
      );
  }

  return { job, run, explain, end };
}
