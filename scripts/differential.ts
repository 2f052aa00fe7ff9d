/**
 * `npm run differential [-- RUN…]`: the same manifests given to others' controllers, built from their modules, and to ours,
 * on one local cluster; ends with an error when anything differs that docs/differences.md does not explain.
 */
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { clusterDown, clusterUp } from '../src/cluster/index.ts';
import { jestStep, runStep } from './steps.ts';
import { readReport, summary } from './test-results.ts';

const NAME = 'armature-differential';
const REPORT = 'build/reports/jest-differential.json';

/** What is compared in each run; its test is `test/conformance/differential-<run>.test.ts`. */
const RUNS: Readonly<Record<string, string>> = {
  training: "the job kinds of kubeflow.org/v1, beside Kubeflow's training-operator 1.9.4",
  mpi: "MPIJobs of kubeflow.org/v2beta1, beside Kubeflow's mpi-operator 0.8.2",
  trainer: 'TrainJobs, beside Kubeflow Trainer 2.3.0',
  jobset: "JobSets, beside JobSet's own controller 0.12.0",
};

const USAGE = `usage: npm run differential [-- RUN…]

Gives the same manifests to another controller and to ours, does the same things to the jobs, and compares what comes of
them field by field. What differs must be explained in docs/differences.md. The other controllers are built with Go the
first time, some minutes each. Without RUN all are run, one after the other:
${Object.entries(RUNS)
  .map(([run, what]) => `  ${run.padEnd(10)}${what}\n`)
  .join('')}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h', default: false } },
});
const unknown = positionals.filter((run) => !(run in RUNS));
if (values.help) {
  process.stdout.write(USAGE);
} else if (unknown.length > 0) {
  process.stderr.write(`there is no run ${unknown.join(', ')}\n${USAGE}`);
  process.exitCode = 2;
} else {
  await compare(positionals.length > 0 ? positionals : Object.keys(RUNS));
}

async function compare(runs: readonly string[]): Promise<void> {
  mkdirSync('build/reports', { recursive: true });
  const log = (line: string) => process.stderr.write(`  ${line}\n`);
  const cluster = await clusterUp({ name: NAME, nodes: 'fake:4', log });
  try {
    const pattern = `differential-(${runs.join('|')})\\.test`;
    const step = jestStep('conformance', REPORT, ['--testPathPatterns', pattern, '--runInBand', '--forceExit']);
    const env = { ARMATURE_DIFFERENTIAL: '1', ARMATURE_TEST_CLUSTER: JSON.stringify(cluster) };
    const result = await runStep({ ...step, name: 'differential tests', env });
    process.stdout.write(`${summary(readReport('conformance', REPORT))}\n`);
    process.exitCode = result.ok ? 0 : 1;
  } finally {
    await clusterDown(NAME);
  }
}
