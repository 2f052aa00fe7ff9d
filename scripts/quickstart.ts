/**
 * `npm run quickstart`: a job defined in TypeScript trains a model in several pods: of the embedded cluster in this
 * process, of a local Kubernetes (what that needs of Debian and Go was installed by scripts/bootstrap.mjs), or of one that
 * is there.
 */
import { interruptRunning } from '../src/cluster/command.ts';
import type { Course } from './quickstart/course.ts';
import { parseOptions, type QuickstartOptions, USAGE } from './quickstart/options.ts';
import { Phases } from './quickstart/phases.ts';

/** A terminal's Ctrl-C arrives twice, to the whole group and passed on by the bootstrap: what comes later is a second one. */
const SAME_SIGNAL_MS = 1_000;

const options = optionsOrExit();
const phases = new Phases((line) => (options.json ? process.stderr : process.stdout).write(`${line}\n`));
const { log } = phases;
let course: Course | undefined;
let trained = false;

let stoppedAt: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Whatever happens, processes of pods end with this one.
    if (stoppedAt !== undefined && Date.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(130);
    if (stoppedAt !== undefined) return;
    stoppedAt = Date.now();
    log(`${signal}: stopping`);
    interruptRunning();
    void takeDown().finally(() => process.exit(trained ? 0 : 130));
  });
}

try {
  const { accuracy, kubeconfig } = await run();
  if (!course?.stay) await takeDown();
  trained = true;
  const seconds = { ...phases.seconds, total: phases.total() };
  const { namespace, name } = (course as Course).job;
  result({ ok: true, job: `${namespace}/${name}`, accuracy, seconds, ...(kubeconfig && { kubeconfig }) });
  await course?.stay?.();
} catch (error) {
  if (stoppedAt !== undefined) await new Promise<never>(() => {});
  const message = error instanceof Error ? error.message : String(error);
  log(`✗ ${phases.current}: ${message}`);
  await course?.explain(log).catch((problem: Error) => log(`  (and the cluster does not answer: ${problem.message})`));
  await takeDown();
  process.exitCode = 1;
  result({ ok: false, phase: phases.current, error: message, seconds: phases.seconds });
}

/** Only what the course needs is loaded. */
async function run() {
  course =
    options.where === 'machine'
      ? (await import('./quickstart/on-this-machine.ts')).onThisMachine(options, phases)
      : (await import('./quickstart/on-cluster.ts')).onCluster(options, phases);
  return course.run();
}

/** Also called for a signal in the middle. */
async function takeDown(): Promise<void> {
  await course?.end().catch((error: Error) => log(`  what was brought up could not be taken down: ${error.message}`));
}

function result(value: object): void {
  if (options.json) process.stdout.write(`${JSON.stringify(value)}\n`);
}

function optionsOrExit(): QuickstartOptions {
  try {
    const parsed = parseOptions(process.argv.slice(2), process.env);
    if (!parsed.help) return parsed;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
