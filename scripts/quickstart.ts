/**
 * `npm run quickstart`: a platform defined in TypeScript, installed on a real Kubernetes, trains a model on three pods.
 * What needs Debian packages or Go was installed by scripts/bootstrap.mjs.
 */
import { PYTORCH_JOB } from '../src/api/kinds.ts';
import { connect } from '../src/cli/connect.ts';
import { installObjects } from '../src/cli/install-objects.ts';
import { interruptRunning } from '../src/cluster/command.ts';
import type { HttpClient } from '../src/runtime/http-client.ts';
import { buildControllerImage } from './images/controller-image.ts';
import { buildTrainingImage, TRAINING_IMAGE } from './images/training-image.ts';
import { parseOptions, type QuickstartOptions } from './quickstart/options.ts';
import { Phases } from './quickstart/phases.ts';
import { createdObjects, explainFailure, nextSteps } from './quickstart/report.ts';
import { synthesizeStacks } from './quickstart/synth.ts';
import { contextTarget, localTarget, type Target } from './quickstart/target.ts';
import { followTraining, type JobRef, removeEarlier, submit } from './quickstart/train.ts';

const options = optionsOrExit();
const phases = new Phases((line) => (options.json ? process.stderr : process.stdout).write(`${line}\n`));
const { log } = phases;
const job: JobRef = { kind: PYTORCH_JOB, namespace: 'quickstart', name: 'digits' };
let target: Target | undefined;
let client: HttpClient | undefined;

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // A terminal's Ctrl-C arrives twice: to the whole group, and passed on by the bootstrap.
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    log(`${signal}: stopping`);
    interruptRunning();
    void takeDown().finally(() => process.exit(130));
  });
}

try {
  const accuracy = await run();
  await takeDown();
  const seconds = { ...phases.seconds, total: phases.total() };
  if (options.json) result({ ok: true, job: `${job.namespace}/${job.name}`, accuracy, seconds });
} catch (error) {
  if (stopping) await new Promise<never>(() => {});
  const message = error instanceof Error ? error.message : String(error);
  log(`✗ ${phases.current}: ${message}`);
  if (client)
    await explainFailure(client, job, log).catch((problem: Error) =>
      log(`  (and the cluster does not answer: ${problem.message})`),
    );
  await takeDown();
  process.exitCode = 1;
  if (options.json) result({ ok: false, phase: phases.current, error: message, seconds: phases.seconds });
}

async function run(): Promise<number> {
  const stacks = await phases.run('synth', 'synthesizing src/stacks', async () =>
    synthesizeStacks({ image: TRAINING_IMAGE }),
  );
  log(`  ${stacks.platform.length} objects of the platform, ${stacks.example.length + 1} of the example`);
  const images = await phases.run('images', 'building the controller image and the training image', async () => [
    await buildControllerImage(indented),
    await buildTrainingImage(indented),
  ]);
  for (const image of images) log(`  ${image.name} ${(image.size / 1e6).toFixed(0)} MB ${image.digest.slice(0, 19)}`);
  const { context } = options;
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
      return followTraining(connection, job, indented);
    },
  );
  log(`✓ accuracy ${accuracy} on digits nobody trained on, ${phases.total()} s in all`);
  log('created:');
  for (const line of await createdObjects(connection, job)) log(`  ${line}`);
  log('next:');
  for (const line of nextSteps(used.kubectl, job, options.keep || context !== undefined)) log(`  ${line}`);
  return accuracy;
}

function indented(line: string): void {
  log(`  ${line}`);
}

/** Also called for a signal in the middle, so it must bear being called twice. */
async function takeDown(): Promise<void> {
  const [open, used] = [client, target];
  client = undefined;
  target = undefined;
  await open?.close();
  if (!used || options.keep || options.context) return;
  log('taking the local cluster down');
  await used
    .down()
    .catch((error: Error) =>
      log(`  that did not work: ${error.message}; try: npm run armature -- cluster down --name quickstart`),
    );
}

function result(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function optionsOrExit(): QuickstartOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}
