import { setTimeout as pause } from 'node:timers/promises';
import { JAX_JOB } from '../../src/api/kinds.ts';
import { connect } from '../../src/cli/connect.ts';
import { type EmbeddedPlatform, startEmbeddedPlatform } from '../../src/cli/embedded-platform.ts';
import { installObjects } from '../../src/cli/install-objects.ts';
import { ensureTrainingEnvironment, TRAINING_IMAGE } from '../../src/cli/python/training-environment.ts';
import type { HttpClient } from '../../src/runtime/http-client.ts';
import { jsonLogger } from '../../src/runtime/log.ts';
import { type Course, goodEnough, type Outcome } from './course.ts';
import type { QuickstartOptions } from './options.ts';
import type { Phases } from './phases.ts';
import { createdObjects, explainFailure, stepsHere } from './report.ts';
import { synthesizeStacks } from './synth.ts';
import { followTraining, type JobRef, submit } from './train.ts';

const PROCESSES = 2;
/** Of pods, before the job counts as failed: what fails this often fails always. */
const RESTARTS = 4;
const WARNINGS = 10;
const HOURS_MS = 3_600_000;

/** The embedded cluster in this process, a JAXJob on it, each of its pods a process of this machine. */
export function onThisMachine({ keep }: QuickstartOptions, phases: Phases): Course {
  const { log } = phases;
  const indented = (line: string) => log(`  ${line}`);
  const job: JobRef = { kind: JAX_JOB, namespace: 'quickstart', name: 'digits' };
  const warnings: string[] = [];
  let starting: Promise<EmbeddedPlatform> | undefined;
  let client: HttpClient | undefined;

  async function run(): Promise<Outcome> {
    const { folder } = await phases.run(
      'python',
      'a Python environment with JAX (the first time about 116 MB to download)',
      () => ensureTrainingEnvironment(indented),
    );
    const stacks = await phases.run('synth', 'synthesizing src/stacks', async () =>
      synthesizeStacks({ framework: 'jax', workers: PROCESSES, runPolicy: { backoffLimit: RESTARTS } }),
    );
    log(
      `  ${stacks.example.length + 1} objects of the example; dist/ has those of the platform too, for a real cluster`,
    );
    starting = startEmbeddedPlatform({
      images: { images: [{ match: TRAINING_IMAGE, venv: folder }] },
      log: jsonLogger('warn', (line) => warnings.push(line.trim())),
    });
    const started = starting;
    const platform = await phases.run(
      'platform',
      'API, scheduler, node and controllers, in this process',
      () => started,
    );
    log(`  ${platform.server}, reached from this machine only`);
    const connection = await connect({ kubeconfig: platform.kubeconfig });
    client = connection;
    const title = `training ${job.namespace}/${job.name} in ${PROCESSES} pods, each a process of this machine`;
    const accuracy = await phases.run('train', title, async () => {
      await installObjects(connection, stacks.example, { log: indented });
      await submit(connection, job, stacks.job);
      return goodEnough(await followTraining(connection, job, indented));
    });
    log(`✓ accuracy ${accuracy} on digits nobody trained on, ${phases.total()} s in all`);
    log('created, through the API:');
    for (const line of await createdObjects(connection, job)) log(`  ${line}`);
    log('next:');
    for (const line of stepsHere(job, keep ? platform.kubeconfig : undefined)) log(`  ${line}`);
    if (keep) log('the platform runs on, in this process: Ctrl-C ends it, and all processes of pods');
    return { accuracy, ...(keep && { kubeconfig: platform.kubeconfig }) };
  }

  async function explain(): Promise<void> {
    if (client) await explainFailure(client, [job.namespace], log);
    for (const line of warnings.slice(-WARNINGS)) log(`  ${line}`);
  }

  async function end(): Promise<void> {
    await client?.close();
    const platform = await starting?.catch(() => undefined);
    await platform?.stop();
  }

  const stay = async (): Promise<never> => {
    for (;;) await pause(HOURS_MS);
  };
  return { job, run, explain, end, ...(keep && { stay }) };
}
